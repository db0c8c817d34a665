import { describe, expect, it } from "vitest"

import type { Schemas } from "$/api/types"

import { oldBy, rate, rows, seconds, sparkline, totals } from "./figures"

const none = { open: 0, acknowledged: 0 }

function age(from: number, until: number | null, given: Partial<Schemas["AgeOut"]> = {}) {
  const all = { critical: none, serious: none, advisory: none, system: none }
  return { from_s: from, until_s: until, ...all, ...given }
}

const ages = [
  age(0, 300, { critical: { open: 2, acknowledged: 1 } }),
  age(300, 900, { critical: { open: 1, acknowledged: 0 }, serious: { open: 3, acknowledged: 0 } }),
  age(900, 3600, { advisory: { open: 4, acknowledged: 0 }, system: { open: 0, acknowledged: 2 } }),
]

describe("open alerts", () => {
  it("are overdue when nobody took them in time: never what is in hand, nor an advisory", () => {
    const overdue = rows(ages).map((row) =>
      row.cells.filter((cell) => cell.overdue).map((cell) => cell.severity),
    )
    expect(overdue).toEqual([[], ["critical"], []])
  })

  it("add up over all ages", () => {
    expect(totals(ages).map((each) => [each.open, each.inHand, each.overdue])).toEqual([
      [3, 1, true],
      [3, 0, false],
      [4, 0, false],
      [0, 2, false],
    ])
  })
})

describe("figures", () => {
  it("have the digits that tell", () => {
    expect([0.123, 4.24, 45.4, 720, null].map(seconds)).toEqual([
      "0.12 s",
      "4.2 s",
      "45 s",
      "12 min",
      null,
    ])
    expect([0, 0.63, 9.94, 12.4, 1_416.7, 84_123].map(rate)).toEqual([
      "0",
      "0.6",
      "9.9",
      "12",
      "1,420",
      "84,100",
    ])
  })

  it("are drawn from 0 to the greatest, with gaps where nothing is known", () => {
    expect(sparkline([null, 0, 10, null, 5], 40, 10)).toEqual(["M10 10h0.01L20 0", "M40 5h0.01"])
    expect(sparkline([null, null], 40, 10)).toEqual([])
    expect(sparkline([0, 0], 40, 10)).toEqual(["M0 10h0.01L40 10"])
  })

  it("say that they are old after ten seconds", () => {
    expect(oldBy(1_000, 10_999)).toBeNull()
    expect(oldBy(1_000, 11_000)).toBe(10_000)
    expect(oldBy(null, 11_000)).toBeNull()
  })
})
