/**
 * Which rows are drawn: those in sight and a few more. Rows are equally high.
 *
 * Rows are drawn in slots that are used again, so that scrolling makes no new elements: row `n` is
 * always in slot `n` modulo their number.
 */

/** Rows drawn above and below what is in sight. */
export const BEYOND = 8

export interface Sight {
  /** Pixels scrolled. */
  top: number
  /** Pixels in sight. */
  height: number
  /** Pixels a row. */
  row: number
}

/** How many slots fill the sight wherever it is. */
export function slotsFor(sight: Sight): number {
  return Math.ceil(sight.height / sight.row) + 1 + 2 * BEYOND
}

/** The row in each slot, or -1: none. */
export function inSlots(sight: Sight, rows: number): number[] {
  const slots = slotsFor(sight)
  const most = Math.max(0, rows - slots)
  const first = Math.min(most, Math.max(0, Math.floor(sight.top / sight.row) - BEYOND))
  const filled = new Array<number>(slots).fill(-1)
  for (let row = first; row < Math.min(rows, first + slots); row += 1) filled[row % slots] = row
  return filled
}

/** The first and the last row that is wholly in sight. */
export function wholly(sight: Sight, rows: number): { first: number; last: number } {
  const first = Math.ceil(sight.top / sight.row)
  const last = Math.floor((sight.top + sight.height) / sight.row) - 1
  return { first, last: Math.min(rows - 1, last) }
}

/** Where to scroll to so that what was in row `before` and now is in row `after` stays in place. */
export function kept(sight: Sight, before: number, after: number): number {
  return before < 0 || after < 0 ? sight.top : Math.max(0, sight.top + (after - before) * sight.row)
}

/** Where to scroll to, as little as possible, so that a row is in sight. */
export function reaching(sight: Sight, row: number): number {
  const top = row * sight.row
  if (top < sight.top) return top
  return Math.max(sight.top, top + sight.row - sight.height)
}
