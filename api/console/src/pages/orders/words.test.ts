import { describe, expect, it } from "vitest"

import type { Schemas } from "$/api/types"

import { differences } from "./differences"
import { type Condition, dayWords, sentence, spanWords } from "./words"

const names = (id: string) => (id === "HOME" ? "Home" : id)
const BASE = {
  id: "c1",
  kind: "curfew",
  zone: "HOME",
  zones: [],
  groups: [],
  protected_persons: [],
  weekly: [{ days: "daily", start: "22:00", end: "06:00", places: [] }],
  passes: [],
  suspensions: [],
  extra: [],
  threshold: 2,
} as unknown as Condition

const rule = (changes: Partial<Condition>): Condition => ({ ...BASE, ...changes })

describe("a condition in words", () => {
  it("says who must be where, when", () => {
    expect(sentence(BASE, names)).toBe("Must be at Home, every day 22:00–06:00")
    expect(
      sentence(rule({ kind: "exclusion", zone: null, zones: ["A", "B"], weekly: [] }), names),
    ).toBe("Must keep out of A and B, at all times")
    expect(
      sentence(
        rule({
          weekly: [{ days: "sat,sun", start: "12:00", end: "18:00", places: ["A", "HOME"] }],
        }),
        names,
      ),
    ).toBe("Must be at Home, Saturday and Sunday 12:00–18:00 at A or Home")
    expect(
      sentence(
        rule({
          kind: "proximity",
          zone: null,
          protected_person: "p1",
          distance_m: 300,
          weekly: [],
        }),
        names,
      ),
    ).toBe("Must keep 300 m away from p1, at all times")
    expect(sentence(rule({ kind: "attendance", minimum_stay_s: 5400 }), names)).toMatch(
      /^Must be at Home for at least 1 h 30 of each window/,
    )
  })

  it("names days as people do", () => {
    expect([[0, 1, 2, 3, 4], [5, 6], [0, 2], [1, 2, 3], [0]].map(dayWords)).toEqual([
      "Monday to Friday",
      "Saturday and Sunday",
      "Monday and Wednesday",
      "Tuesday to Thursday",
      "Monday",
    ])
  })

  it("names the second day of a span only where it is another", () => {
    const zone = "Europe/Berlin"
    expect(spanWords("2026-05-01T18:00:00Z", "2026-05-01T20:00:00Z", zone)).toBe(
      "Fri 1 May 20:00–22:00",
    )
    expect(spanWords("2026-05-01T18:00:00Z", "2026-05-02T04:00:00Z", zone)).toBe(
      "Fri 1 May 20:00–Sat 2 May 06:00",
    )
  })
})

describe("two versions", () => {
  const order = (conditions: Condition[], more: object = {}) =>
    ({
      officer: "kim",
      agency: "a",
      effective_from: "2026-03-01T00:00:00Z",
      effective_until: null,
      plan: {},
      classes: [],
      timezone: "Europe/Berlin",
      conditions,
      ...more,
    }) as unknown as Schemas["OrderOut"]

  it("differ in what a person would point out", () => {
    const pass = { start: "2026-05-01T18:00:00Z", end: "2026-05-01T20:00:00Z" }
    const later = [
      rule({
        weekly: [{ days: "daily", start: "20:00", end: "06:00", places: [] }],
        passes: [pass],
        threshold: 3,
      }),
      rule({ id: "c2" }),
    ]
    expect(differences(order([BASE]), order(later, { officer: "lee" }), names)).toEqual([
      "Officer: kim → lee",
      "c1: every day 22:00–06:00 → every day 20:00–06:00",
      "c1: pass Fri 1 May 20:00–22:00",
      "c1: threshold 2 → 3",
      "c2: new",
    ])
    expect(differences(order(later), order([BASE]), names)).toContain("c2: taken out")
    expect(differences(order([BASE]), order([BASE]), names)).toEqual([])
  })

  it("with very many differences name the first and count the rest", () => {
    const many = Array.from({ length: 20 }, (_, at) => rule({ id: `x${String(at)}` }))
    expect(differences(order([]), order(many), names).at(-1)).toBe("and 12 more")
  })
})
