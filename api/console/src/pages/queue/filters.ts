/**
 * Which alerts are shown, as the address bar says it: sent to a colleague, it shows the same.
 *
 * Within one filter any of its values fits, and every filter must. A value that does not exist is
 * left out rather than showing nothing for no reason.
 */
import type { Alert, AlertState, EpisodeKind, Severity } from "$/api/types"
import { strings } from "$/strings"

import { SEVERITIES, type Sort, SORTS } from "./order"

export interface Filters {
  severity: readonly Severity[]
  kind: readonly EpisodeKind[]
  officer: string | null
  agency: string | null
  state: Exclude<AlertState, "closed"> | null
  /** Only what is in this operator's hands. */
  mine: boolean
  text: string
  sort: Sort
  /** Every alert on a row of its own, not one row for each wearer. */
  flat: boolean
}

export const KINDS = Object.keys(strings.kind) as EpisodeKind[]
const STATES = ["open", "acknowledged"] as const

/** The filters of an address. */
export function fromQuery(query: URLSearchParams): Filters {
  return {
    severity: query.getAll("severity").filter(among(SEVERITIES)),
    kind: query.getAll("kind").filter(among(KINDS)),
    officer: query.get("officer"),
    agency: query.get("agency"),
    state: STATES.find((each) => each === query.get("state")) ?? null,
    mine: query.get("mine") === "1",
    text: query.get("q") ?? "",
    sort: SORTS.find((each) => each === query.get("sort")) ?? "worst",
    flat: query.get("flat") === "1",
  }
}

/** What an address must say for these filters; null takes a key away. */
export function toQuery(filters: Partial<Filters>): Record<string, string | string[] | null> {
  const query: Record<string, string | string[] | null> = {}
  const { severity, kind, officer, agency, state, mine, text, sort, flat } = filters
  if (severity) query.severity = [...severity]
  if (kind) query.kind = [...kind]
  if (officer !== undefined) query.officer = officer
  if (agency !== undefined) query.agency = agency
  if (state !== undefined) query.state = state
  if (mine !== undefined) query.mine = mine ? "1" : null
  if (text !== undefined) query.q = text || null
  if (sort !== undefined) query.sort = sort === "worst" ? null : sort
  if (flat !== undefined) query.flat = flat ? "1" : null
  return query
}

/** Every filter taken off; order and rows stay. */
export const NONE: Partial<Filters> = {
  severity: [],
  kind: [],
  officer: null,
  agency: null,
  state: null,
  mine: false,
  text: "",
}

/** How many filters are set. */
export function count(filters: Filters): number {
  const { severity, kind, officer, agency, state, mine, text } = filters
  return [severity.length, kind.length, officer, agency, state, mine, text].filter(Boolean).length
}

/** Return what tells whether an alert is shown to the operator of this name. */
export function fitting(filters: Filters, operator: string): (alert: Alert) => boolean {
  const { severity, kind, officer, agency, state, mine } = filters
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean)
  return (alert) =>
    (!severity.length || severity.includes(alert.severity)) &&
    (!kind.length || kind.includes(alert.kind)) &&
    (!officer || alert.officers.includes(officer)) &&
    (!agency || alert.agencies.includes(agency)) &&
    (!state || alert.state === state) &&
    (!mine || alert.assigned_to === operator) &&
    words.every((word) => searchable(alert).includes(word))
}

const texts = new WeakMap<Alert, string>()

function searchable(alert: Alert): string {
  let text = texts.get(alert)
  if (text === undefined) {
    const parts = [
      alert.wearer_name,
      alert.wearer_id,
      alert.subject,
      String(alert.alert_id),
      strings.kind[alert.kind],
      alert.kind,
      alert.zone_id,
      alert.assigned_to,
    ]
    text = parts.filter(Boolean).join(" ").toLowerCase()
    texts.set(alert, text)
  }
  return text
}

function among<T extends string>(values: readonly T[]): (value: string) => value is T {
  return (value): value is T => (values as readonly string[]).includes(value)
}

/** How many alerts there are of each severity. */
export function severities(alerts: Iterable<Alert>): Map<Severity, number> {
  const counts = new Map<Severity, number>()
  for (const each of alerts) add(counts, each.severity)
  return counts
}

/** What can be filtered by, of the alerts at hand, with how many there are of each. */
export function facets(alerts: Iterable<Alert>) {
  const kind = new Map<EpisodeKind, number>()
  const officer = new Map<string, number>()
  const agency = new Map<string, number>()
  for (const each of alerts) {
    add(kind, each.kind)
    for (const name of each.officers) add(officer, name)
    for (const name of each.agencies) add(agency, name)
  }
  return { kind, officer, agency }
}

export type Facets = ReturnType<typeof facets>

function add<T>(counts: Map<T, number>, value: T): void {
  counts.set(value, (counts.get(value) ?? 0) + 1)
}

/** The names there are to choose from, and the one that is chosen though it is not there. */
export function names(
  found: ReadonlyMap<string, number> | undefined,
  chosen: string | null,
): string[] {
  const all = new Set(found?.keys())
  if (chosen) all.add(chosen)
  return [...all].sort((one, other) => one.localeCompare(other))
}
