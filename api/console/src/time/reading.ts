/** What the engine's clock showed at a moment of this screen's. */
export interface Reading {
  /** Epoch milliseconds by the engine's clock. */
  engine: number
  /** Milliseconds of this screen's monotonic clock at that moment. */
  here: number
  /** Seconds of the engine's clock in a real second. */
  speed: number
}

/** Epoch milliseconds by the engine's clock at a later moment of this screen's monotonic clock. */
export function timeAt({ engine, here, speed }: Reading, later: number): number {
  return engine + (later - here) * speed
}
