import { expect, it } from "vitest"

import { deadline } from "./deadline"
import { alert, later, RAISED } from "$/testing/alert"

const at = (minutes: number) => Date.parse(RAISED) + minutes * 60_000

it("counts to the deadline and past it, and warns before", () => {
  const open = alert(1, { respond_by: later(15) })
  expect(deadline(open, at(1))).toEqual({ text: "14:00 left", urgency: "later" })
  expect(deadline(open, at(11))).toEqual({ text: "4:00 left", urgency: "soon" })
  expect(deadline(open, at(16.5))).toEqual({ text: "1:30 over", urgency: "over" })
  expect(deadline(open, at(15 + 190))).toEqual({ text: "3 h 10 over", urgency: "over" })
})

it("counts nothing where there is none, or where somebody has it", () => {
  expect(deadline(alert(1), at(1)).text).toBe("")
  const taken = alert(1, { state: "acknowledged", respond_by: later(5) })
  expect(deadline(taken, at(20))).toEqual({ text: "In hand", urgency: "none" })
  expect(deadline({ ...taken, state: "closed" }, at(20)).text).toBe("Closed")
})
