/** A week of compliance, told in words: colour never stands alone. */
import { strings } from "$/strings"
import { span } from "$/time/format"

import type { ComplianceDay, Standing } from "./types"

export interface DayTold {
  date: string
  /** What stands out: the worst that there was. */
  worst: Standing | "none"
  text: string
}

/** Shorter than this, what is not known is not what stands out, seconds. */
const WORTH_SAYING_S = 900

type Seconds = Pick<
  ComplianceDay["conditions"][number],
  "in_force_s" | "kept_s" | "broken_s" | "unknown_s" | "permitted_s"
>

/** What stands out of one day. */
export function tellDay(day: ComplianceDay): DayTold {
  const worst = worstOf(day)
  return { date: day.date, worst, text: textOf(day, worst) }
}

function worstOf(day: ComplianceDay): Standing | "none" {
  if (day.conditions.length === 0) return "none"
  if (day.conditions.some((each) => each.broken_s > 0)) return "broken"
  if (day.conditions.some((each) => each.unknown_s >= WORTH_SAYING_S)) return "unknown"
  return day.conditions.every((each) => each.permitted_s === each.in_force_s) ? "permitted" : "kept"
}

function textOf(day: ComplianceDay, worst: Standing | "none"): string {
  const say = strings.wearer.week
  if (worst === "none") return say.nothing
  const longest = (name: keyof Seconds) => Math.max(...day.conditions.map((each) => each[name]))
  if (worst === "broken") return say.broken(length(longest("broken_s")))
  if (worst === "unknown") return say.unknown(length(longest("unknown_s")))
  return worst === "permitted" ? say.permitted : say.kept
}

/** Seconds as people say them; a whole day is 24 hours, or 23, or 25. */
export function length(seconds: number): string {
  if (seconds < 86_400) return span(seconds * 1_000)
  const minutes = Math.floor(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`
}

/** What became of one condition, in words: `kept 7 h 54, not known 6 min`. */
export function tellCondition(condition: Seconds): string {
  const say = strings.wearer.standing
  const parts = [
    [say.broken, condition.broken_s],
    [say.kept, condition.kept_s],
    [say.unknown, condition.unknown_s],
    [say.permitted, condition.permitted_s],
  ] as const
  const told = parts.filter(([, seconds]) => seconds >= 1)
  return told.map(([name, seconds]) => `${name.toLowerCase()} ${length(seconds)}`).join(", ")
}
