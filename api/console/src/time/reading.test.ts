import { expect, it } from "vitest"

import { timeAt } from "./reading"

it("goes on from what the engine's clock showed, at the engine's speed", () => {
  const reading = { engine: 1_000_000, here: 5_000, speed: 60 }
  expect(timeAt(reading, 5_000)).toBe(1_000_000)
  expect(timeAt(reading, 6_000)).toBe(1_060_000)
})
