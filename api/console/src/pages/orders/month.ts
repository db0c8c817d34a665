/** A month of a schedule, day by day: what is in force, and what is otherwise than every week. */
import type { Schemas } from "$/api/types"
import { hourMinute, isoDate } from "$/time/format"
import { fromWall, rfc3339 } from "$/time/wall"

export type Tag = "pass" | "suspended" | "extra"
type Span = Schemas["SpanIn"]

export interface MonthDay {
  /** `2026-05-01` */
  date: string
  /** Hours in force on that local day, such as `22:00–24:00`. */
  hours: string[]
  tags: { tag: Tag; hours: string }[]
}

export interface Differing {
  passes: readonly Span[]
  suspensions: readonly Span[]
  extra: readonly Span[]
}

interface Window {
  start: string | null
  end: string | null
}

/** The days of `2026-05`. */
export function datesOf(month: string): string[] {
  const [year = 0, number = 1] = month.split("-").map(Number)
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate()
  return Array.from({ length: count }, (_, at) => `${month}-${String(at + 1).padStart(2, "0")}`)
}

/** The month some months later, or before. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number)
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}

export function isMonth(text: string | null): text is string {
  return text !== null && /^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$/.test(text)
}

/** The instants from which to which a local month lasts. */
export function spanOf(month: string, zone: string): { from: string; days: number } {
  const from = fromWall(`${month}-01T00:00`, zone)
  const until = fromWall(`${monthAfter(month, 1)}-01T00:00`, zone)
  return { from: rfc3339(from), days: Math.ceil((until - from) / 86_400_000) }
}

export function monthDays(
  month: string,
  zone: string,
  windows: readonly Window[],
  differing: Differing,
): MonthDay[] {
  return datesOf(month).map((date) => {
    const start = fromWall(`${date}T00:00`, zone)
    const end = fromWall(`${nextDate(date)}T00:00`, zone)
    const within = (span: Window) => part(span, start, end, zone)
    const tagged = (tag: Tag, spans: readonly Span[]) =>
      spans.flatMap((each) => within(each).map((hours) => ({ tag, hours })))
    return {
      date,
      hours: windows.flatMap(within),
      tags: [
        ...tagged("pass", differing.passes),
        ...tagged("suspended", differing.suspensions),
        ...tagged("extra", differing.extra),
      ],
    }
  })
}

/** The part of a span that lies in a day, in words; none if it has none. */
function part(span: Window, dayStart: number, dayEnd: number, zone: string): string[] {
  const start = Math.max(span.start ? Date.parse(span.start) : -Infinity, dayStart)
  const end = Math.min(span.end ? Date.parse(span.end) : Infinity, dayEnd)
  if (start >= end) return []
  const until = end === dayEnd ? "24:00" : hourMinute(end, zone)
  return [`${hourMinute(start, zone)}–${until}`]
}

export function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

export function monthOf(when: string | number, zone: string): string {
  return isoDate(when, zone).slice(0, 7)
}
