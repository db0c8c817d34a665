/**
 * The time left to the deadline, or why there is none to count.
 *
 * Who acknowledges has met the deadline; of what is advisory none is set. The last third of the time
 * allowed, at most five minutes, is soon.
 */
import type { Alert } from "$/api/types"
import { strings } from "$/strings"
import { countdown, epoch, span } from "$/time/format"

export interface Deadline {
  text: string
  urgency: "none" | "later" | "soon" | "over"
}

const SOON_MS = 5 * 60_000
/** Beyond an hour nobody counts seconds. */
const COUNTED_MS = 3_600_000

export function deadline(alert: Alert, now: number): Deadline {
  if (alert.state === "closed") return { text: strings.state.closed, urgency: "none" }
  if (alert.state === "acknowledged") return { text: strings.queue.taken, urgency: "none" }
  if (!alert.respond_by) return { text: "", urgency: "none" }
  const left = epoch(alert.respond_by) - now
  const told = Math.abs(left) < COUNTED_MS ? countdown(Math.abs(left)) : span(Math.abs(left))
  if (left < 0) return { text: strings.queue.over(told), urgency: "over" }
  const allowed = epoch(alert.respond_by) - epoch(alert.raised_at)
  const urgency = left < Math.min(SOON_MS, allowed / 3) ? "soon" : "later"
  return { text: strings.queue.left(told), urgency }
}
