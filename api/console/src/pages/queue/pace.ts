/**
 * When the rows are put in order anew.
 *
 * At once after a pause, at most ten times a second, and not while somebody scrolls: what moves under
 * a moving hand cannot be hit. Scrolling that never ends delays it by a second at most.
 */
export const APART_MS = 100
export const SCROLLED_MS = 150
export const LONGEST_MS = 1_000

export interface Pace {
  now: number
  /** When the rows were last put in order. */
  done: number
  /** When somebody last scrolled. */
  scrolled: number
  /** Since when something waits to be shown. */
  waiting: number
}

/** How long to wait yet; 0 is at once. All in milliseconds of one clock. */
export function wait({ now, done, scrolled, waiting }: Pace): number {
  const calm = Math.min(scrolled + SCROLLED_MS, waiting + LONGEST_MS)
  return Math.max(0, done + APART_MS - now, calm - now)
}
