import { describe, expect, it } from "vitest"

import { datesOf, isMonth, monthAfter, monthDays, spanOf } from "./month"

const BERLIN = "Europe/Berlin"
const none = { passes: [], suspensions: [], extra: [] }

describe("a month", () => {
  it("has its days, and months before and after it", () => {
    expect(datesOf("2028-02")).toHaveLength(29)
    expect([monthAfter("2026-12", 1), monthAfter("2026-01", -1)]).toEqual(["2027-01", "2025-12"])
    expect([isMonth("2026-05"), isMonth("2026-13"), isMonth(null)]).toEqual([true, false, false])
  })

  it("lasts by the local calendar, also where clocks change", () => {
    expect(spanOf("2026-03", BERLIN)).toEqual({ from: "2026-02-28T23:00:00Z", days: 31 })
    expect(spanOf("2026-10", BERLIN)).toEqual({ from: "2026-09-30T22:00:00Z", days: 32 })
  })

  it("says of each day what is in force in it, and what differs", () => {
    const night = { start: "2026-05-01T20:00:00Z", end: "2026-05-02T04:00:00Z" }
    const pass = { start: "2026-05-03T10:00:00Z", end: "2026-05-03T12:30:00Z" }
    const days = monthDays("2026-05", BERLIN, [night], { ...none, passes: [pass] })
    expect(days[0]).toEqual({ date: "2026-05-01", hours: ["22:00–24:00"], tags: [] })
    expect(days[1]?.hours).toEqual(["00:00–06:00"])
    expect(days[2]?.tags).toEqual([{ tag: "pass", hours: "12:00–14:30" }])
    const always = monthDays("2026-05", BERLIN, [{ start: null, end: null }], none)
    expect(always.every(({ hours }) => hours[0] === "00:00–24:00")).toBe(true)
  })
})
