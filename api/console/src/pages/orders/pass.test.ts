import { describe, expect, it } from "vitest"

import type { Schemas } from "$/api/types"

import { covered, offers, passPath } from "./pass"

const BERLIN = "Europe/Berlin"
const at = Date.parse
const window = (start: string | null, end: string | null) =>
  ({ start, end }) as Schemas["PreviewRow"]
const TONIGHT = window("2026-05-01T20:00:00Z", "2026-05-02T04:00:00Z")
const TOMORROW = window("2026-05-02T20:00:00Z", "2026-05-03T04:00:00Z")

describe("passes on offer", () => {
  it("in a window are its rest first, then hours from now, then the next window", () => {
    const found = offers([TONIGHT, TOMORROW], at("2026-05-01T21:10:30Z"), BERLIN)
    expect(found.map(({ text }) => text)).toEqual([
      "Until 06:00, the end of these hours",
      "1 hour",
      "2 hours",
      "4 hours",
      "All of the next hours, Sat 2 May 22:00–Sun 3 May 06:00",
    ])
    expect(found[0]).toMatchObject({
      start: at("2026-05-01T21:10:00Z"),
      end: at("2026-05-02T04:00:00Z"),
    })
  })

  it("outside are the next window first, then hours from now; what is always in force has no end", () => {
    const early = offers([TONIGHT], at("2026-05-01T12:00:00Z"), BERLIN)
    expect(early.map(({ text }) => text)[0]).toMatch(/^All of the next hours, Fri 1 May/)
    expect(early).toHaveLength(4)
    expect(offers([window(null, null)], at("2026-05-01T12:00:00Z"), BERLIN)).toHaveLength(3)
  })
})

describe("what a pass covers", () => {
  it("is the part of each window in it", () => {
    const [start, end] = [at("2026-05-02T02:00:00Z"), at("2026-05-02T22:00:00Z")]
    expect(covered([TONIGHT, TOMORROW], start, end, BERLIN)).toEqual([
      "Sat 2 May 04:00–06:00",
      "Sat 2 May 22:00–Sun 3 May 00:00",
    ])
    expect(covered([TONIGHT], at("2026-05-02T04:00:00Z"), end, BERLIN)).toEqual([])
  })
})

it("is granted on the condition's own page, and not for what a whole class has", () => {
  expect(passPath("o/1", "c1")).toBe("/orders/o%2F1/conditions/c1/pass")
  expect(passPath("o1", "CLASS/c1")).toBeNull()
})
