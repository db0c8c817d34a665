/** What the wall view shows, from what the API says: as few digits as tell, so that little moves. */
import type { Schemas, Severity } from "$/api/types"
import { span } from "$/time/format"

type Age = Schemas["AgeOut"]

export const SEVERITIES: readonly Severity[] = ["critical", "serious", "advisory", "system"]

/** Seconds within which somebody takes an alert in hand; null: no such time. */
const WITHIN_S: Record<Severity, number | null> = {
  critical: 300,
  serious: 900,
  advisory: null,
  system: 900,
}

/** A picture that is older says so. */
export const OLD_MS = 10_000

export interface Cell {
  severity: Severity
  open: number
  inHand: number
  /** Open for longer than it may be. */
  overdue: boolean
}

export interface Row {
  fromS: number
  untilS: number | null
  cells: Cell[]
}

/** The table of open alerts: a row for each age. */
export function rows(ages: readonly Age[]): Row[] {
  return ages.map((age) => ({
    fromS: age.from_s,
    untilS: age.until_s,
    cells: SEVERITIES.map((severity) => cell(age, severity)),
  }))
}

/** All ages together. */
export function totals(ages: readonly Age[]): Cell[] {
  return SEVERITIES.map((severity) => {
    const cells = ages.map((age) => cell(age, severity))
    const sum = (of: (each: Cell) => number) => cells.reduce((total, each) => total + of(each), 0)
    return {
      severity,
      open: sum((each) => each.open),
      inHand: sum((each) => each.inHand),
      overdue: cells.some((each) => each.overdue),
    }
  })
}

function cell(age: Age, severity: Severity): Cell {
  const { open, acknowledged } = age[severity]
  const within = WITHIN_S[severity]
  const overdue = open > 0 && within !== null && age.from_s >= within
  return { severity, open, inHand: acknowledged, overdue }
}

/** `0.12 s`, `4.2 s`, `45 s`, `12 min`: how long, in two digits. */
export function seconds(s: number | null): string | null {
  if (s === null) return null
  if (s >= 60) return span(s * 1_000)
  return `${s < 1 ? s.toFixed(2) : s < 10 ? s.toFixed(1) : s.toFixed(0)} s`
}

/** A rate for a wall: three digits are enough, `84,100`, `12.5k` is for nobody. */
export function rate(each: number): string {
  if (each > 0 && each < 10) return each.toFixed(1)
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, each))) - 2)
  return (Math.round(each / step) * step).toLocaleString("en-GB")
}

/**
 * The unbroken stretches of a line of numbers, as SVG paths in a box; a number that is not known
 * (null) is a gap, never a zero. The lower edge is 0, the upper the greatest.
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  height: number,
): string[] {
  const most = Math.max(1, ...values.map((each) => each ?? 0))
  const step = width / Math.max(1, values.length - 1)
  const paths: string[] = []
  let open = false
  values.forEach((value, at) => {
    if (value === null) {
      open = false
      return
    }
    const point = `${round(at * step)} ${round(height - (value / most) * height)}`
    // A point by itself has a length too, else it is not drawn.
    if (open) paths[paths.length - 1] += `L${point}`
    else paths.push(`M${point}h0.01`)
    open = true
  })
  return paths
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** How old a picture is that says so, in milliseconds; null while it is fresh. */
export function oldBy(heardAt: number | null, now: number): number | null {
  return heardAt !== null && now - heardAt >= OLD_MS ? now - heardAt : null
}
