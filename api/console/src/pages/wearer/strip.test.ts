import { describe, expect, it } from "vitest"

import { along, block, ticks } from "./strip"

const ZONE = "Europe/Berlin"
const plain = { start: Date.parse("2026-02-28T23:00:00Z"), end: Date.parse("2026-03-01T23:00:00Z") }
const spring = {
  start: Date.parse("2026-03-28T23:00:00Z"),
  end: Date.parse("2026-03-29T22:00:00Z"),
}

describe("a day as a strip", () => {
  it("has every instant in its place", () => {
    expect(along(plain, plain.start + 6 * 3_600_000)).toBe(25)
    expect(along(plain, plain.end + 1)).toBe(100)
  })

  it("shows what of a span is on it", () => {
    expect(block(plain, "2026-02-28T20:00:00Z", "2026-03-01T05:00:00Z")).toEqual({
      left: 0,
      width: 25,
    })
    expect(block(plain, "2026-03-01T11:00:00Z", null)).toEqual({ left: 50, width: 50 })
    expect(block(plain, "2026-03-02T05:00:00Z", "2026-03-02T06:00:00Z")).toBeNull()
  })

  it("names the hours that clocks show, also on a day of 23", () => {
    expect(ticks(plain, ZONE).map((each) => each.text)).toEqual([
      "00:00",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
      "15:00",
      "18:00",
      "21:00",
    ])
    const hours = ticks(spring, ZONE, 1).map((each) => each.text)
    expect(hours).toHaveLength(23)
    expect(hours).not.toContain("02:00")
  })
})
