/**
 * Which alert comes first: open before acknowledged, then as the operator chose.
 *
 * `worst`: the worst severity, in it the oldest. `oldest`: the oldest. `due`: the next deadline. What
 * the operator is on keeps its place whatever happens to it: it is ordered as it was when he came.
 */
import type { Alert, Severity } from "$/api/types"
import { epoch } from "$/time/format"

export const SORTS = ["worst", "oldest", "due"] as const
export type Sort = (typeof SORTS)[number]

/** What the engine says of itself concerns everyone: it stands before advice about one wearer. */
export const SEVERITIES: readonly Severity[] = ["critical", "serious", "system", "advisory"]

interface Keys {
  handled: number
  severity: number
  raised: number
  due: number
}

const known = new WeakMap<Alert, Keys>()

function keysOf(alert: Alert): Keys {
  let keys = known.get(alert)
  if (!keys) {
    keys = {
      handled: alert.state === "open" ? 0 : 1,
      severity: SEVERITIES.indexOf(alert.severity),
      raised: epoch(alert.raised_at),
      due: alert.respond_by ? epoch(alert.respond_by) : Infinity,
    }
    known.set(alert, keys)
  }
  return keys
}

const BY: Record<Sort, readonly (keyof Keys)[]> = {
  worst: ["handled", "severity", "raised"],
  oldest: ["handled", "raised", "severity"],
  due: ["handled", "due", "severity", "raised"],
}

export type Compare = (one: Alert, other: Alert) => number

/** How to order alerts; `held` is the alert that keeps its place, as it was. */
export function comparing(sort: Sort, held: Alert | null = null): Compare {
  const by = BY[sort]
  const as = (alert: Alert) => keysOf(held && held.alert_id === alert.alert_id ? held : alert)
  return (one, other) => {
    const mine = as(one)
    const theirs = as(other)
    for (const key of by) {
      if (mine[key] !== theirs[key]) return mine[key] < theirs[key] ? -1 : 1
    }
    return one.alert_id - other.alert_id
  }
}

/**
 * Return the alerts in order, given how they were ordered before.
 *
 * Twenty changes a second among thousands leave nearly everything where it was: sorting what is
 * nearly sorted takes one pass.
 */
export function sorted(
  before: readonly Alert[],
  alerts: ReadonlyMap<number, Alert>,
  compare: Compare,
): Alert[] {
  const found: Alert[] = []
  for (const { alert_id } of before) {
    const alert = alerts.get(alert_id)
    if (alert) found.push(alert)
  }
  if (found.length < alerts.size) {
    const known = new Set(before.map((each) => each.alert_id))
    for (const alert of alerts.values()) if (!known.has(alert.alert_id)) found.push(alert)
  }
  return found.sort(compare)
}

/** The alerts, and one that is no longer among them. */
export function including(
  alerts: ReadonlyMap<number, Alert>,
  gone: Alert | null,
): ReadonlyMap<number, Alert> {
  if (!gone || alerts.has(gone.alert_id)) return alerts
  return new Map(alerts).set(gone.alert_id, gone)
}
