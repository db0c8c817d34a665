/**
 * The rows of the queue: one for each wearer, with the alert that comes first and how many more.
 *
 * A group stands where its first alert does. It is expanded when the operator expanded it, or when
 * the alert he is on is not its first: that one never gives way to another under his eyes.
 */
import type { Alert } from "$/api/types"

export interface Row {
  alert: Alert
  /** Whom or what it is about. */
  group: string
  /** Alerts of the group; 0 on the rows below its first. */
  count: number
  expanded: boolean
  /** Whether it is one of those below the first. */
  below: boolean
}

/** Whom an alert is about: those are one row. */
export function groupOf(alert: Alert): string {
  return alert.wearer_id ?? alert.subject ?? `alert ${alert.alert_id}`
}

/** Return the rows of alerts that are in order. */
export function rowsOf(
  alerts: readonly Alert[],
  expanded: ReadonlySet<string>,
  cursor: number | null,
  flat: boolean,
): Row[] {
  if (flat) return alerts.map((alert) => single(alert, groupOf(alert)))
  const groups = new Map<string, Alert[]>()
  for (const alert of alerts) {
    const name = groupOf(alert)
    const group = groups.get(name)
    if (group) group.push(alert)
    else groups.set(name, [alert])
  }
  const rows: Row[] = []
  for (const [name, group] of groups) append(rows, name, group, expanded.has(name), cursor)
  return rows
}

function append(
  rows: Row[],
  name: string,
  group: readonly Alert[],
  wanted: boolean,
  cursor: number | null,
): void {
  const [first, ...others] = group
  if (!first) return
  const onOther = cursor !== null && others.some((each) => each.alert_id === cursor)
  const expanded = others.length > 0 && (wanted || onOther)
  rows.push({ alert: first, group: name, count: group.length, expanded, below: false })
  if (!expanded) return
  for (const alert of others) {
    rows.push({ alert, group: name, count: 0, expanded: false, below: true })
  }
}

function single(alert: Alert, group: string): Row {
  return { alert, group, count: 1, expanded: false, below: false }
}

/** Where an alert stands: its own row, or the row of its group; -1 if nowhere. */
export function indexOf(rows: readonly Row[], alert: Alert | null): number {
  if (!alert) return -1
  const own = rows.findIndex((row) => row.alert.alert_id === alert.alert_id)
  if (own >= 0) return own
  const name = groupOf(alert)
  return rows.findIndex((row) => row.group === name)
}
