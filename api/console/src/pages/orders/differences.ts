/** What one version of an order says otherwise than the one before, line by line. */
import type { Schemas } from "$/api/types"
import { strings } from "$/strings"

import { type Condition, hoursWords, spanWords, whereWords } from "./words"

type Order = Schemas["OrderOut"]
type Span = Schemas["SpanIn"]
type Names = (zoneId: string) => string

const text = strings.orders.changes
const MOST = 8
const FIELDS = [
  "kind",
  "threshold",
  "buffer_m",
  "dwell_s",
  "grace_s",
  "confidence",
  "shared_error_m",
  "shared_error_half_life_s",
  "priority",
  "minimum_stay_s",
  "late_after_s",
  "early_before_s",
  "distance_m",
  "pairing_age_s",
] as const satisfies readonly (keyof Condition)[]

/** Return what is different in the later version, in words; none if nothing is. */
export function differences(before: Order, after: Order, name: Names): string[] {
  const found: string[] = []
  const binds = (order: Order) =>
    `${order.effective_from.slice(0, 10)}–${order.effective_until?.slice(0, 10) ?? ""}`
  if (before.officer !== after.officer) found.push(text.officer(before.officer, after.officer))
  if (before.agency !== after.agency) found.push(text.agency(before.agency, after.agency))
  if (binds(before) !== binds(after)) found.push(text.binds(binds(before), binds(after)))
  if (JSON.stringify(before.plan) !== JSON.stringify(after.plan)) found.push(text.plan)
  if (before.classes.join() !== after.classes.join())
    found.push(text.classes(before.classes.join(", "), after.classes.join(", ")))
  for (const each of after.conditions) {
    const old = before.conditions.find(({ id }) => id === each.id)
    if (old) found.push(...conditionDifferences(old, each, name, after.timezone))
    else found.push(text.added(each.id))
  }
  for (const each of before.conditions)
    if (!after.conditions.some(({ id }) => id === each.id)) found.push(text.gone(each.id))
  return found.length > MOST ? [...found.slice(0, MOST), text.more(found.length - MOST)] : found
}

function conditionDifferences(
  before: Condition,
  after: Condition,
  name: Names,
  zone: string,
): string[] {
  const id = after.id
  const found: string[] = []
  const [oldPlaces, newPlaces] = [whereWords(before, name), whereWords(after, name)]
  if (oldPlaces !== newPlaces) found.push(text.hours(id, oldPlaces, newPlaces))
  const [oldHours, newHours] = [weekly(before, name), weekly(after, name)]
  if (oldHours !== newHours) found.push(text.hours(id, oldHours, newHours))
  const spans = (
    old: readonly Span[],
    now: readonly Span[],
    more: typeof text.pass,
    less: typeof text.passGone,
  ) => {
    for (const each of missing(now, old))
      found.push(more(id, spanWords(each.start, each.end, zone)))
    for (const each of missing(old, now))
      found.push(less(id, spanWords(each.start, each.end, zone)))
  }
  spans(before.passes, after.passes, text.pass, text.passGone)
  spans(before.suspensions, after.suspensions, text.suspended, text.suspendedGone)
  spans(before.extra, after.extra, text.extra, text.extraGone)
  for (const field of FIELDS) {
    const [old, now] = [before[field] ?? "–", after[field] ?? "–"]
    if (old !== now) found.push(text.field(id, field, String(old), String(now)))
  }
  return found
}

function weekly(condition: Condition, name: Names): string {
  return hoursWords({ ...condition, extra: [] }, name)
}

function missing(spans: readonly Span[], others: readonly Span[]): Span[] {
  return spans.filter(
    (each) => !others.some(({ start, end }) => start === each.start && end === each.end),
  )
}
