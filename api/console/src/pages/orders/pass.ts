/** What passes are offered: from now for a while, or for the hours that are or come next. */
import type { Schemas } from "$/api/types"
import { strings } from "$/strings"
import { hourMinute } from "$/time/format"

import { spanWords } from "./words"

type Window = Schemas["PreviewRow"]

export interface Offer {
  text: string
  start: number
  end: number
}

const HOUR = 3_600_000
const text = strings.orders.pass.presets

/** Return offers as of now; what has begun is rounded down to its minute. */
export function offers(windows: readonly Window[], now: number, zone: string): Offer[] {
  const start = Math.floor(now / 60_000) * 60_000
  const current = windows.find((each) => begins(each) <= now && now < ends(each))
  const next = windows.find((each) => begins(each) > now && each.end)
  const rest = current?.end
    ? [{ text: text.window(hourMinute(current.end, zone)), start, end: ends(current) }]
    : []
  const whole = next
    ? [{ text: text.next(windowWords(next, zone)), start: begins(next), end: ends(next) }]
    : []
  const hours = [
    { text: text.hour, start, end: start + HOUR },
    { text: text.two, start, end: start + 2 * HOUR },
    { text: text.four, start, end: start + 4 * HOUR },
  ]
  // Where nothing is in force, an hour from now would change nothing.
  return current || !next ? [...rest, ...hours, ...whole] : [...whole, ...hours]
}

/** The parts of windows that a pass takes out, in words. */
export function covered(
  windows: readonly Window[],
  start: number,
  end: number,
  zone: string,
): string[] {
  return windows.flatMap((each) => {
    const from = Math.max(begins(each), start)
    const to = Math.min(ends(each), end)
    if (from >= to) return []
    return [spanWords(new Date(from).toISOString(), new Date(to).toISOString(), zone)]
  })
}

function windowWords({ start, end }: Window, zone: string): string {
  return start && end ? spanWords(start, end, zone) : ""
}

function begins({ start }: Window): number {
  return start ? Date.parse(start) : -Infinity
}

function ends({ end }: Window): number {
  return end ? Date.parse(end) : Infinity
}

/** The page that grants a pass for a condition; null where there is none: it is of a class. */
export function passPath(orderId: string, conditionId: string): string | null {
  if (conditionId.includes("/")) return null
  const [order, condition] = [orderId, conditionId].map(encodeURIComponent)
  return `/orders/${order}/conditions/${condition}/pass`
}
