import { describe, expect, it } from "vitest"

import { fromWall, instantOf, rfc3339, wallOf } from "./wall"

describe("a time by wall clocks", () => {
  it("is an instant, summer and winter", () => {
    expect(instantOf("2026-01-15T22:00", "Europe/Berlin")).toBe("2026-01-15T21:00:00Z")
    expect(instantOf("2026-07-15T22:00", "Europe/Berlin")).toBe("2026-07-15T20:00:00Z")
    expect(instantOf("2026-07-15T22:00", "Asia/Kolkata")).toBe("2026-07-15T16:30:00Z")
    expect(wallOf("2026-07-15T20:00:00Z", "Europe/Berlin")).toBe("2026-07-15T22:00")
  })

  it("that is skipped is the first instant after, one that comes twice the first", () => {
    expect(instantOf("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T01:00:00Z")
    expect(instantOf("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00Z")
    expect(instantOf("2026-03-08T02:15", "America/New_York")).toBe("2026-03-08T07:00:00Z")
  })

  it("is the second as an end where it comes twice, also where clocks move by half an hour", () => {
    expect(instantOf("2026-10-25T02:30", "Europe/Berlin", "end")).toBe("2026-10-25T01:30:00Z")
    expect(instantOf("2026-03-29T02:30", "Europe/Berlin", "end")).toBe("2026-03-29T01:00:00Z")
    expect(instantOf("2026-10-04T02:15", "Australia/Lord_Howe")).toBe("2026-10-03T15:30:00Z")
    expect(rfc3339(fromWall("2026-07-15T22:00", "Europe/Berlin"))).toBe("2026-07-15T20:00:00Z")
  })

  it("is nothing when it is no time", () => {
    expect(instantOf("", "UTC")).toBeNull()
    expect(instantOf("2026-02-31T10:00", "UTC")).toBeNull()
  })
})
