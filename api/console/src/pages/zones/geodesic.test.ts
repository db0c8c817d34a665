import { describe, expect, it } from "vitest"

import { destination, distanceM, type Place } from "./geodesic"

/** `pyproj.Geod(ellps="WGS84").inv(…)` */
const REFERENCE = { berlin: 1508.2247136861833, fiji: 33816.36480376823, far: 5373835.97944312 }

describe("geodesics", () => {
  it("agree with the engine's library (PROJ) to a millimetre", () => {
    expect(distanceM([13.405, 52.52], [13.42, 52.53])).toBeCloseTo(REFERENCE.berlin, 3)
    expect(distanceM([179.9, -17], [-179.8, -16.9])).toBeCloseTo(REFERENCE.fiji, 3)
    expect(distanceM([0, 0], [30, 40])).toBeCloseTo(REFERENCE.far, 3)
    expect(distanceM([5, 5], [5, 5])).toBe(0)
  })

  it("go out and come back", () => {
    const centres: Place[] = [
      [13.405, 52.52],
      [179.999, -17],
      [0, 0],
      [-70, 78],
    ]
    for (const centre of centres) {
      for (const [bearing, metres] of [
        [0, 50],
        [77, 1_000],
        [180, 20_000],
        [271, 3_000_000],
      ] as const) {
        const there = destination(centre, bearing, metres)
        expect(distanceM(centre, there)).toBeCloseTo(metres, 3)
      }
    }
  })

  it("run on over the antimeridian", () => {
    expect(destination([179.999, -17], 90, 1_000)[0]).toBeGreaterThan(180)
  })
})
