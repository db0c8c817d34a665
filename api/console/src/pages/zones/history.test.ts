import { expect, it } from "vitest"

import { begin, changed, redone, undone } from "./history"

it("goes back and forth, and forgets what was undone once something else is done", () => {
  let history = begin("a")
  for (const each of ["b", "c"]) history = changed(history, each)
  history = undone(history)
  expect(history.present).toBe("b")
  history = redone(history)
  expect(history.present).toBe("c")
  history = changed(undone(undone(history)), "d")
  expect([history.past, history.present, history.future]).toEqual([["a"], "d", []])
  expect(undone(undone(undone(history))).present).toBe("a")
  expect(redone(history)).toBe(history)
})

it("takes the same value for no change, and keeps a bounded past", () => {
  const history = changed(begin({ n: 1 }), { n: 1 })
  expect(history.past).toEqual([])
  let long = begin(0)
  for (let n = 1; n < 500; n++) long = changed(long, n)
  expect(long.past).toHaveLength(200)
})
