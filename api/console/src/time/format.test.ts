import { describe, expect, it } from "vitest"

import { brief, clockTime, countdown, day, full, isoDate, span, zoneName } from "./format"

const BERLIN = "Europe/Berlin"
const AT = "2026-03-01T21:14:07Z"

describe("times", () => {
  it("are by the wearer's clocks, with the zone named", () => {
    expect(clockTime(AT, BERLIN)).toBe("22:14:07")
    expect(day(AT, BERLIN)).toBe("Sun 1 Mar")
    expect(full(AT, BERLIN)).toMatch(/^Sun 1 Mar 2026, 22:14:07 (CET|GMT\+1)$/)
    expect(zoneName("2026-07-01T00:00:00Z", "America/New_York")).toMatch(/^(EDT|GMT-4)$/)
  })

  it("fall on the day that is there, not here", () => {
    expect(isoDate("2026-03-01T23:30:00Z", BERLIN)).toBe("2026-03-02")
    expect(isoDate("2026-03-01T23:30:00Z", "America/Los_Angeles")).toBe("2026-03-01")
  })

  it("say the day only where it is not today", () => {
    const now = Date.parse("2026-03-01T22:00:00Z")
    expect(brief(AT, BERLIN, now)).toBe("22:14")
    expect(brief("2026-02-28T21:00:00Z", BERLIN, now)).toBe("Sat 22:00")
    expect(brief("2026-01-05T21:00:00Z", BERLIN, now)).toBe("5 Jan 22:00")
  })
})

describe("spans", () => {
  it("have the precision that matters", () => {
    expect([45_000, 720_000, 11_100_000, 353_000_000].map(span)).toEqual([
      "45 s",
      "12 min",
      "3 h 05",
      "4 d 2 h",
    ])
  })

  it("count down, and on past the deadline", () => {
    expect(countdown(245_000)).toBe("4:05")
    expect(countdown(3_845_000)).toBe("1:04:05")
    expect(countdown(-65_000)).toBe("−1:05")
  })
})
