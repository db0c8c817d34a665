import { expect, it } from "vitest"

import { alert } from "$/testing/alert"

import { Fresh } from "./fresh"

it("tells once of each alert that becomes critical, not of what was there", () => {
  const fresh = new Fresh()
  fresh.begin([alert(1)])
  expect(fresh.take("repeated", alert(1))).toBe(false)
  expect(fresh.take("raised", alert(2))).toBe(true)
  expect(fresh.take("repeated", alert(2))).toBe(false)
  expect(fresh.take("raised", alert(3, { severity: "advisory" }))).toBe(false)
  expect(fresh.take("repeated", alert(3))).toBe(true)
  expect(fresh.take("noted", alert(4))).toBe(false)
  expect(fresh.take("raised", alert(5, { retracted: true }))).toBe(false)
  expect(fresh.unseen).toBe(2)
})

it("counts each until somebody looked at it or took it", () => {
  const fresh = new Fresh()
  for (const id of [1, 2, 3, 4]) fresh.take("raised", alert(id))
  expect(fresh.saw(1)).toBe(true)
  expect(fresh.saw(1)).toBe(false)
  fresh.take("acknowledged", alert(2, { state: "acknowledged" }))
  expect(fresh.unseen).toBe(2)
  fresh.begin([alert(3)])
  expect(fresh.unseen).toBe(1)
})
