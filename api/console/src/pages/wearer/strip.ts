/** A local day as a strip: where on it an instant lies, its hours, and what of a span is on it. */
import { hourMinute } from "$/time/format"

export interface Extent {
  /** Epoch milliseconds. */
  start: number
  end: number
}

export interface Block {
  /** Percent of the strip. */
  left: number
  width: number
}

export interface Tick {
  left: number
  text: string
}

const HOUR_MS = 3_600_000

/** How far along the day an instant lies, percent. */
export function along(day: Extent, at: number): number {
  return Math.min(100, Math.max(0, ((at - day.start) / (day.end - day.start)) * 100))
}

/** What of a span lies on the day; null: nothing does. An end that is null is the day's. */
export function block(
  day: Extent,
  start: string,
  end: string | null,
  until = day.end,
): Block | null {
  const from = Math.max(Date.parse(start), day.start)
  const to = Math.min(end === null ? until : Date.parse(end), day.end)
  if (to < from) return null
  const left = along(day, from)
  return { left, width: along(day, to) - left }
}

/** The hours to write under the strip, by the clocks of the zone, so that a skipped one is missing. */
export function ticks(day: Extent, zone: string, every = 3): Tick[] {
  const found: Tick[] = []
  for (let at = day.start; at < day.end; at += HOUR_MS) {
    const text = hourMinute(at, zone)
    if (Number(text.slice(0, 2)) % every === 0 && text.endsWith(":00"))
      found.push({ left: along(day, at), text })
  }
  return found
}
