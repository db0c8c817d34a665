import { expect, it } from "vitest"

import { APART_MS, LONGEST_MS, SCROLLED_MS, wait } from "./pace"

const calm = { now: 10_000, done: 0, scrolled: 0, waiting: 10_000 }

it("shows at once after a pause, and at most so often", () => {
  expect(wait(calm)).toBe(0)
  expect(wait({ ...calm, done: 9_970 })).toBe(APART_MS - 30)
})

it("waits for the end of scrolling, but not for long", () => {
  expect(wait({ ...calm, scrolled: 9_990 })).toBe(SCROLLED_MS - 10)
  expect(wait({ ...calm, scrolled: 9_999, waiting: 10_000 - LONGEST_MS + 40 })).toBe(40)
  expect(wait({ ...calm, scrolled: 9_999, waiting: 10_000 - LONGEST_MS })).toBe(0)
})
