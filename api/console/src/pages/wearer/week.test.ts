import { describe, expect, it } from "vitest"

import type { ComplianceDay } from "./types"
import { length, tellCondition, tellDay } from "./week"

function condition(over: Partial<ComplianceDay["conditions"][number]>) {
  return {
    in_force_s: 28_800,
    kept_s: 28_800,
    broken_s: 0,
    unknown_s: 0,
    permitted_s: 0,
    ...over,
  } as ComplianceDay["conditions"][number]
}

function day(...conditions: ComplianceDay["conditions"]): ComplianceDay {
  return { date: "2026-03-01", start: "", end: "", conditions, episodes: [] }
}

describe("a day of the week", () => {
  it("tells the worst that there was, in words", () => {
    const broken = condition({ kept_s: 25_200, broken_s: 3_600 })
    const unknown = condition({ kept_s: 21_600, unknown_s: 7_200 })
    expect(tellDay(day(unknown, broken))).toMatchObject({
      worst: "broken",
      text: "Broken for 1 h 00",
    })
    expect(tellDay(day(condition({}), unknown))).toMatchObject({
      worst: "unknown",
      text: "Not known for 2 h 00",
    })
    expect(tellDay(day(condition({})))).toMatchObject({ worst: "kept", text: "Kept" })
  })

  it("does not make much of a few minutes of silence", () => {
    expect(tellDay(day(condition({ kept_s: 28_200, unknown_s: 600 }))).worst).toBe("kept")
  })

  it("without conditions says so", () => {
    expect(tellDay(day())).toMatchObject({ worst: "none", text: "Nothing in force" })
  })
})

it("counts a day in hours", () => {
  expect([3_600, 82_800, 86_400, 90_000].map(length)).toEqual([
    "1 h 00",
    "23 h 00",
    "24 h 00",
    "25 h 00",
  ])
})

it("tells what became of a condition", () => {
  expect(tellCondition(condition({ kept_s: 28_440, unknown_s: 360 }))).toBe(
    "kept 7 h 54, not known 6 min",
  )
})
