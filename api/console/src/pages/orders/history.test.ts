import { describe, expect, it } from "vitest"

import type { OrderVersion } from "./data"
import { heldAt, history } from "./history"

const at = (day: number) => `2026-03-${String(day).padStart(2, "0")}T00:00:00Z`
const version = (number: number, changes: Partial<OrderVersion> = {}) =>
  ({
    version: number,
    version_from: number === 1 ? null : at(number),
    effective_from: at(1),
    effective_until: null,
    officer: "kim",
    agency: "",
    plan: {},
    classes: [],
    conditions: [],
    timezone: "UTC",
    recorded_at: at(number),
    recorded_by: "local/kim",
    reason: "",
    holds_from: at(number),
    holds_until: null,
    ...changes,
  }) as unknown as OrderVersion

const names = (id: string) => id

describe("the history of an order", () => {
  it("has the newest change first, each against what held before", () => {
    const found = history([version(1), version(2, { officer: "lee" })], names)
    expect(found.map(({ differences }) => differences)).toEqual([["Officer: kim → lee"], null])
  })

  it("takes versions recorded at once for one change, against what held at the time of each", () => {
    const noted = { recorded_at: at(9), reason: "pass", agency: "court" }
    const versions = [
      version(1),
      version(5, { officer: "lee", holds_from: null }),
      version(6, { ...noted, version_from: at(3), holds_from: at(3), holds_until: at(5) }),
      version(7, { ...noted, officer: "lee", version_from: at(5), holds_from: at(5) }),
    ]
    const [newest, replaced] = history(versions, names)
    expect(newest?.versions.map((each) => each.version)).toEqual([6, 7])
    expect(newest).toMatchObject({
      from: at(3),
      until: null,
      differences: ["Agency: none → court"],
    })
    expect(replaced?.from).toBeNull()
  })

  it("knows which version held, one dated back before one with a lower number", () => {
    const versions = [
      version(1),
      version(2, { version_from: at(9) }),
      version(3, { version_from: at(5) }),
    ]
    const held = [2, 6, 10].map((day) => heldAt(versions, Date.parse(at(day)))?.version)
    expect(held).toEqual([1, 3, 3])
  })
})
