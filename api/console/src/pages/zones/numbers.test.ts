import { expect, it } from "vitest"

import { cornersOf, cornersText, degrees, metres, numberOf, placeOf, wrapped } from "./numbers"

it("corners are typed as latitude and longitude, a line each, and come back the same", () => {
  const typed = cornersOf("52.5, 13.4\n52.6 13.5\n\n52.6;13.3\n52.5, 13.4")
  expect(typed).toEqual({
    corners: [
      [13.4, 52.5],
      [13.5, 52.6],
      [13.3, 52.6],
      [13.4, 52.5],
    ].slice(0, 3),
    wrong: [],
  })
  expect(cornersOf(cornersText(typed.corners)).corners).toEqual(typed.corners)
})

it("lines that are no corner are named", () => {
  expect(cornersOf("52.5, 13.4\nhere\n95, 3\n52.5").wrong).toEqual([2, 3, 4])
})

it("corners run on over the antimeridian", () => {
  const { corners } = cornersOf("-17, 179.5\n-17, -179.5\n-18, -179.5")
  expect(corners.map((each) => each[0])).toEqual([179.5, 180.5, 180.5])
  expect(cornersText(corners)).toBe("-17, 179.5\n-17, -179.5\n-18, -179.5")
})

it("numbers are read and written plainly", () => {
  expect([wrapped(180.5), wrapped(-180), wrapped(540)]).toEqual([-179.5, -180, -180])
  expect([degrees(13.40512345), degrees(52), degrees(Number.NaN)]).toEqual(["13.405123", "52", ""])
  expect([metres(5.25), metres(85.4), metres(1_234), metres(340_000)]).toEqual([
    "5.3 m",
    "85 m",
    "1.23 km",
    "340 km",
  ])
  expect(placeOf("52.5,13.4")).toEqual([13.4, 52.5])
  expect(placeOf("95,13.4")).toBeNull()
  expect(numberOf("")).toBeNaN()
  expect(numberOf(" 12.5 ")).toBe(12.5)
})
