import { describe, expect, it } from "vitest"

import { BEYOND, inSlots, kept, reaching, slotsFor, wholly } from "./window"

const sight = (top: number) => ({ top, height: 500, row: 50 })

describe("the window", () => {
  it("holds every row in sight and some beyond, each once", () => {
    for (const top of [0, 1, 12_345, 249_000, 249_500]) {
      const drawn = inSlots(sight(top), 5_000).filter((each) => each >= 0)
      expect(new Set(drawn).size).toBe(drawn.length)
      const firstInSight = Math.floor(top / 50)
      const lastInSight = Math.min(4_999, Math.floor((top + 499) / 50))
      expect(drawn).toContain(firstInSight)
      expect(drawn).toContain(lastInSight)
      expect(drawn.length).toBe(slotsFor(sight(top)))
    }
  })

  it("keeps a row in its slot while it is drawn", () => {
    const before = inSlots(sight(10_000), 5_000)
    const after = inSlots(sight(10_050), 5_000)
    const changed = before.filter((row, slot) => after[slot] !== row)
    expect(changed).toEqual([10_000 / 50 - BEYOND])
  })

  it("draws no more rows than there are", () => {
    expect(inSlots(sight(0), 3).filter((each) => each >= 0)).toEqual([0, 1, 2])
    expect(inSlots(sight(0), 0).every((each) => each < 0)).toBe(true)
  })

  it("knows which rows are wholly in sight", () => {
    expect(wholly(sight(25), 100)).toEqual({ first: 1, last: 9 })
    expect(wholly(sight(0), 3)).toEqual({ first: 0, last: 2 })
  })
})

describe("scrolling", () => {
  it("keeps a row in place when others come above it, and never goes past the top", () => {
    expect(kept(sight(1_000), 20, 23)).toBe(1_150)
    expect(kept(sight(100), 4, 0)).toBe(0)
    expect(kept(sight(100), -1, 5)).toBe(100)
  })

  it("reaches a row by the shortest way", () => {
    expect(reaching(sight(1_000), 5)).toBe(250)
    expect(reaching(sight(1_000), 22)).toBe(1_000)
    expect(reaching(sight(1_000), 40)).toBe(1_550)
  })
})
