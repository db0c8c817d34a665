/** A change that is asked about: part of a dry run's question, as pages leave it in the session. */
import type { Schemas } from "$/api/types"
import { strings } from "$/strings"

export type Parameters = Schemas["ProposedParameters"]
export type Parameter = "threshold" | "buffer_m" | "dwell_s" | "grace_s" | "confidence"
export const PARAMETERS: readonly Parameter[] = [
  "threshold",
  "buffer_m",
  "dwell_s",
  "grace_s",
  "confidence",
]

interface Feature extends Record<string, unknown> {
  id?: string
  properties?: { zone_id?: string; name?: string }
}

export interface Change {
  zones: Feature[]
  conditions: Schemas["ProposedCondition"][]
  parameters: Parameters[]
}

export const NOTHING: Change = { zones: [], conditions: [], parameters: [] }

/** Return the change in a kept text; nothing where there is none, or none that can be read. */
export function readChange(text: string | null): Change {
  try {
    const found: unknown = JSON.parse(text ?? "{}")
    if (typeof found !== "object" || found === null) return NOTHING
    const part = (name: keyof Change): unknown => (found as Record<string, unknown>)[name]
    const lists = (["zones", "conditions", "parameters"] as const).map((name) => {
      const list = part(name)
      return [name, Array.isArray(list) ? list : []]
    })
    return Object.fromEntries(lists) as unknown as Change
  } catch {
    return NOTHING
  }
}

export function isNothing({ zones, conditions, parameters }: Change): boolean {
  return !zones.length && !conditions.length && !parameters.length
}

export function zoneIdOf(feature: Feature): string {
  return feature.properties?.zone_id ?? feature.id ?? ""
}

export interface Item {
  text: string
  /** Where it was drafted; null if only here. */
  at: string | null
  /** The change without it. */
  without: Change
}

/** The parts of a change in words. */
export function items(change: Change): Item[] {
  const text = strings.whatIf
  const rest = (name: keyof Change, at: number): Change => ({
    ...change,
    [name]: change[name].filter((_, other) => other !== at),
  })
  return [
    ...change.zones.map((feature, at) => ({
      text: text.zone(feature.properties?.name || zoneIdOf(feature)),
      at: `/zones/${zoneIdOf(feature)}`,
      without: rest("zones", at),
    })),
    ...change.conditions.map(({ order_id, condition }, at) => ({
      text: text.condition(order_id, condition.id),
      at: conditionAddress(order_id, condition.id),
      without: rest("conditions", at),
    })),
    ...change.parameters.map((each, at) => ({
      text: parametersWords(each),
      at: each.order_id ? conditionAddress(each.order_id, each.condition_id) : null,
      without: rest("parameters", at),
    })),
  ]
}

export function conditionAddress(orderId: string, conditionId: string): string {
  return `/orders/${orderId}/conditions/${encodeURIComponent(conditionId)}`
}

function parametersWords(change: Parameters): string {
  const text = strings.whatIf
  const changes = PARAMETERS.filter((name) => typeof change[name] === "number")
  const words = changes.map((name) => `${text.parameter[name]}: ${String(change[name])}`)
  const where = change.order_id
    ? text.conditionOf(change.condition_id, change.order_id)
    : text.everywhere(change.condition_id)
  return `${where} · ${words.join(", ")}`
}

type Totals = Schemas["EffectTotals"]

/** `This change would have added 14 alerts for 3 wearers and removed 2 in the last 30 days.` */
export function sentence(totals: Totals, days: number): string {
  const { added, removed, changed } = totals
  const window = strings.whatIf.window(days)
  return strings.whatIf.sentence(
    added.alerts,
    added.wearers,
    removed.alerts,
    removed.wearers,
    changed.alerts,
    window,
  )
}
