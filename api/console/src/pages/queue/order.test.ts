import { describe, expect, it } from "vitest"

import { comparing, including, sorted } from "./order"
import { alert, byId, ids, later } from "$/testing/alert"

const MIXED = [
  alert(1, { severity: "advisory", raised_at: later(0) }),
  alert(2, { severity: "critical", raised_at: later(9), respond_by: later(20) }),
  alert(3, { severity: "critical", raised_at: later(5), state: "acknowledged" }),
  alert(4, { severity: "critical", raised_at: later(3), respond_by: later(30) }),
  alert(5, { severity: "system", raised_at: later(1) }),
  alert(6, { severity: "serious", raised_at: later(2), respond_by: later(10) }),
]

function order(sort: "worst" | "oldest" | "due") {
  return ids(sorted([], byId(MIXED), comparing(sort)))
}

describe("the order of the queue", () => {
  it("is open before in hand, then worst and oldest, oldest, or next deadline", () => {
    expect(order("worst")).toEqual([4, 2, 6, 5, 1, 3])
    expect(order("oldest")).toEqual([1, 5, 6, 4, 2, 3])
    expect(order("due")).toEqual([6, 2, 4, 5, 1, 3])
  })

  it("is the same from whatever it was before", () => {
    const compare = comparing("worst")
    const once = sorted([], byId(MIXED), compare)
    expect(ids(sorted(once.toReversed(), byId(MIXED), compare))).toEqual(ids(once))
    const fewer = byId(MIXED.slice(1))
    fewer.set(9, alert(9, { raised_at: later(1) }))
    expect(ids(sorted(once, fewer, compare))).toEqual([9, 4, 2, 6, 5, 3])
  })

  it("leaves what the operator is on where it was, whatever becomes of it", () => {
    const held = alert(4, { raised_at: later(3) })
    const now = byId(MIXED).set(4, { ...held, state: "acknowledged" })
    expect(ids(sorted([], now, comparing("worst", held)))).toEqual([4, 2, 6, 5, 1, 3])
    expect(ids(sorted([], now, comparing("worst")))).toEqual([2, 6, 5, 1, 4, 3])
  })
})

describe("an alert that is gone", () => {
  it("is among the others only until it is there again", () => {
    const gone = alert(8, { state: "closed" })
    expect(including(byId(MIXED), gone).get(8)).toBe(gone)
    const all = byId(MIXED)
    expect(including(all, null)).toBe(all)
    expect(including(all, alert(1))).toBe(all)
  })
})
