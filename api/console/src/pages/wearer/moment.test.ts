import { expect, it } from "vitest"

import { moment, stopAt } from "./moment"
import type { Moment } from "./track"
import type { Day } from "./types"

const at = (time: string) => Date.parse(`2026-03-01T${time}Z`)
const day = {
  stops: [
    { start: "2026-03-01T08:00:00Z", end: "2026-03-01T09:00:00Z", place: "Home" },
    { start: "2026-03-01T10:00:00Z", end: "2026-03-01T11:00:00Z", place: "" },
  ],
  gaps: [
    {
      start: "2026-03-01T12:00:00Z",
      unknown_from: "2026-03-01T12:05:00Z",
      end: "2026-03-01T13:00:00Z",
      reason: "silence",
    },
  ],
} as unknown as Day
const now = { accuracyM: 8, speedMps: 10, stated: false } as Moment

it("says of an instant where, how fast and how sure", () => {
  expect(moment(day, now, at("08:30:00"))).toBe("at Home, accurate to 8 m")
  expect(moment(day, now, at("09:30:00"))).toBe("about 36 km/h, accurate to 8 m")
  expect(moment(day, { ...now, stated: true }, at("09:30:00"))).toBe(
    "36 km/h by the device, accurate to 8 m",
  )
  expect(moment(day, now, at("10:30:00"))).toBe("at an unnamed place, accurate to 8 m")
  const lost = { ...now, unknown: true }
  expect(moment(day, lost, at("12:30:00"))).toBe("not known: nothing was received")
  expect(moment(day, lost, at("13:00:00"))).toBe("not known: nothing was received")
  expect(moment(day, null, at("01:00:00"))).toBe("no position yet")
})

it("finds the stop of an instant", () => {
  expect(
    [at("08:00:00"), at("09:30:00"), at("11:00:00")].map((each) => stopAt(day.stops, each)),
  ).toEqual([0, -1, 1])
})
