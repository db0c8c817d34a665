import { describe, expect, it } from "vitest"

import { indexOf, rowsOf } from "./rows"
import { alert } from "$/testing/alert"

const first = alert(1, { wearer_id: "ana" })
const other = alert(2, { wearer_id: "bo" })
const second = alert(3, { wearer_id: "ana" })
const third = alert(4, { wearer_id: "ana" })
const ALL = [first, other, second, third]
const NOBODY = new Set<string>()

function shown(expanded = NOBODY, cursor: number | null = null, flat = false) {
  return rowsOf(ALL, expanded, cursor, flat).map((row) => [row.alert.alert_id, row.count])
}

describe("rows", () => {
  it("are one for each wearer, where his first alert is, with how many there are", () => {
    expect(shown()).toEqual([
      [1, 3],
      [2, 1],
    ])
  })

  it("show the others of a wearer below the first when expanded", () => {
    expect(shown(new Set(["ana"])).map(([id]) => id)).toEqual([1, 3, 4, 2])
    expect(shown(NOBODY, null, true).map(([id]) => id)).toEqual([1, 2, 3, 4])
  })

  it("never hide the alert the operator is on", () => {
    expect(shown(NOBODY, 1).map(([id]) => id)).toEqual([1, 2])
    expect(shown(NOBODY, 4).map(([id]) => id)).toEqual([1, 3, 4, 2])
  })

  it("are found by their alert, or by the group that hides it", () => {
    const rows = rowsOf(ALL, NOBODY, null, false)
    expect([indexOf(rows, other), indexOf(rows, third), indexOf(rows, alert(9))]).toEqual([
      1, 0, -1,
    ])
    expect(indexOf(rows, null)).toBe(-1)
  })
})
