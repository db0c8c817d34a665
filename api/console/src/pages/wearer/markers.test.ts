import { expect, it } from "vitest"

import { groupStops, label } from "./markers"
import type { Stop } from "./types"

it("puts stops at one place under one marker", () => {
  const at = (lat: number, lon: number) => ({ lat, lon }) as Stop
  const groups = groupStops([at(52, 13), at(52.01, 13), at(52.0003, 13)])
  expect(groups.map((each) => each.numbers)).toEqual([[1, 3], [2]])
  expect(label([1, 3])).toBe("1 3")
  expect(label([1, 3, 5, 7])).toBe("1 3 +2")
})
