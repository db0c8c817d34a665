/** An order in the words a person would use. */
import type { Schemas } from "$/api/types"
import { strings } from "$/strings"
import { day, hourMinute, span } from "$/time/format"

import { readRows, type Row, timeText } from "./week"

export type Condition = Schemas["ConditionOut"]
type Names = (zoneId: string) => string

const text = strings.orders

/** `Must be at Home every day 22:00–06:00`. */
export function sentence(condition: Condition, name: Names): string {
  return `${duty(condition, name)}, ${hoursWords(condition, name)}`
}

/** `Must be at Home`. */
export function duty(condition: Condition, name: Names): string {
  const where = whereWords(condition, name)
  switch (condition.kind) {
    case "proximity":
      return text.must.proximity(where, metres(condition.distance_m ?? 0))
    case "attendance": {
      const stay = condition.minimum_stay_s
      return text.must.attendance(where, stay ? span(stay * 1000) : null)
    }
    default:
      return text.must[condition.kind](where)
  }
}

export function whereWords(condition: Condition, name: Names): string {
  const persons = condition.protected_persons.length
    ? condition.protected_persons
    : [condition.protected_person ?? ""].filter(Boolean)
  const zones = zoneIds(condition).map(name)
  const groups = condition.groups.map((group) => group)
  const all = [...persons, ...zones, ...groups]
  const joined =
    condition.kind === "exclusion" || condition.kind === "proximity" ? text.and : text.or
  return all.length ? list(all, joined) : text.somewhere
}

export function zoneIds(condition: Condition): string[] {
  return condition.zone ? [condition.zone] : condition.zones
}

/** `every day 22:00–06:00; Saturday and Sunday 20:00–08:00 at Work`. */
export function hoursWords(condition: Condition, name: Names): string {
  const parts = readRows(condition.weekly).map((row) => rowWords(row, name))
  if (condition.extra.length) parts.push(text.extraWindows(condition.extra.length))
  if (condition.ical) parts.push(text.calendarWindows)
  return parts.length ? parts.join("; ") : text.always
}

export function rowWords(row: Row, name: Names): string {
  const hours = text.window(dayWords(row.days), timeText(row.start), timeText(row.end))
  return row.places.length ? `${hours} ${text.at(list(row.places.map(name), text.or))}` : hours
}

/** `every day`, `Monday to Friday`, `Monday and Wednesday`. */
export function dayWords(days: readonly number[]): string {
  if (days.length === 7) return text.daily
  if (days.join() === "0,1,2,3,4") return text.weekdays
  if (days.join() === "5,6") return text.weekends
  const names = days.map((each) => text.dayNames[each] ?? "")
  const first = days[0] ?? 0
  if (days.length > 2 && days.every((each, at) => each === first + at))
    return text.through(names[0] ?? "", names.at(-1) ?? "")
  return list(names, text.and)
}

export function list(names: readonly string[], joined: string): string {
  if (names.length < 2) return names.join("")
  return `${names.slice(0, -1).join(", ")}${joined}${names.at(-1) ?? ""}`
}

export function metres(value: number): string {
  return value >= 1000 ? `${(value / 1000).toLocaleString("en")} km` : `${Math.round(value)} m`
}

/** `Fri 1 May 20:00–Sat 2 May 06:00`, the second day only where it is another. */
export function spanWords(start: string, end: string, zone: string): string {
  const [first, last] = [day(start, zone), day(end, zone)]
  const until = hourMinute(end, zone)
  return `${first} ${hourMinute(start, zone)}–${first === last ? until : `${last} ${until}`}`
}
