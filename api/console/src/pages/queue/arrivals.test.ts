import { expect, it } from "vitest"

import { Arrivals } from "./arrivals"
import { rowsOf } from "./rows"
import { alert } from "$/testing/alert"

it("counts new alerts above until they have been in sight or are closed", () => {
  const alerts = [alert(1), alert(2), alert(3), alert(4)]
  const rows = rowsOf(alerts, new Set(), null, false)
  const arrivals = new Arrivals()
  expect(arrivals.above(rows, 3)).toBe(0)
  for (const each of alerts) arrivals.take("raised", each)
  arrivals.take("noted", alert(9))
  expect(arrivals.above(rows, 3)).toBe(3)
  arrivals.saw([2])
  arrivals.take("closed", alert(1, { state: "closed" }))
  expect(arrivals.above(rows, 3)).toBe(1)
  expect(arrivals.above(rows, 0)).toBe(0)
})
