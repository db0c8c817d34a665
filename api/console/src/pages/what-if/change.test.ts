import { describe, expect, it } from "vitest"

import type { Schemas } from "$/api/types"

import { isNothing, items, NOTHING, readChange, sentence } from "./change"

const feature = { type: "Feature", properties: { zone_id: "SCHOOL", name: "School 12" } }
const ring = { condition_id: "keep-out", buffer_m: 50 }

describe("a change that was left for this page", () => {
  it("is read part by part, and what cannot be read is nothing", () => {
    expect(readChange(JSON.stringify({ zones: [feature] }))).toEqual({
      ...NOTHING,
      zones: [feature],
    })
    for (const text of [null, "", "{", "3", "null", '{"zones": 3}'])
      expect(isNothing(readChange(text))).toBe(true)
  })

  it("is said item by item, and each can be left out", () => {
    const condition = { id: "c1" } as Schemas["ConditionIn"]
    const change = {
      zones: [feature],
      conditions: [{ order_id: "o1", condition }],
      parameters: [ring, { ...ring, order_id: "o1", threshold: 3 }],
    }
    const found = items(change)
    expect(found.map(({ text }) => text)).toEqual([
      "Zone School 12 as drawn",
      "Order o1, condition c1: hours as edited",
      "keep-out in every order that has it · Outer ring, metres: 50",
      "keep-out in order o1 · Positions before confirmed: 3, Outer ring, metres: 50",
    ])
    expect(found.map(({ at }) => at)).toEqual([
      "/zones/SCHOOL",
      "/orders/o1/conditions/c1",
      null,
      "/orders/o1/conditions/keep-out",
    ])
    expect(found[2]?.without.parameters).toHaveLength(1)
  })
})

describe("the sentence", () => {
  const of = (alerts: number, wearers: number) => ({ alerts, wearers }) as Schemas["EffectTotal"]
  const totals = (added: [number, number], removed: [number, number], changed = 0) => ({
    added: of(...added),
    removed: of(...removed),
    changed: of(changed, 1),
    unchanged: of(0, 0),
  })

  it("says what the numbers say", () => {
    expect(sentence(totals([14, 3], [2, 1]), 30)).toBe(
      "This change would have added 14 alerts for 3 wearers and removed 2 alerts for 1 wearer in the last 30 days.",
    )
    expect(sentence(totals([1, 1], [0, 0], 4), 1)).toBe(
      "This change would have added 1 alert for 1 wearer and changed 4 in the last day.",
    )
    expect(sentence(totals([0, 0], [0, 0]), 7)).toBe(
      "This change would have made no difference in the last 7 days.",
    )
  })
})
