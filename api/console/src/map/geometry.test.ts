import { describe, expect, it } from "vitest"

import { beside, boundsOf, circle, metresPerDegree, positionsOf } from "./geometry"

describe("metres per degree", () => {
  it("are those of WGS 84", () => {
    expect(metresPerDegree(0).lat).toBeCloseTo(110_574.3, 0)
    expect(metresPerDegree(0).lon).toBeCloseTo(111_319.5, 0)
    expect(metresPerDegree(60).lon).toBeCloseTo(55_800, -1)
  })
})

describe("a circle", () => {
  it("is closed and as wide as twice its radius, in both directions", () => {
    const [ring = []] = circle(13.4, 52.5, 1_000).geometry.coordinates
    expect(ring[0]).toEqual(ring.at(-1))
    const box = boundsOf(ring)
    const metres = metresPerDegree(52.5)
    expect(((box?.[2] ?? 0) - (box?.[0] ?? 0)) * metres.lon).toBeCloseTo(2_000, 0)
    expect(((box?.[3] ?? 0) - (box?.[1] ?? 0)) * metres.lat).toBeCloseTo(2_000, 0)
  })
})

describe("bounds", () => {
  it("hold every position of nested coordinates; none have none", () => {
    const nested = [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [
          [-5, 0],
          [0, 9],
        ],
      ],
    ]
    expect(boundsOf(positionsOf(nested))).toEqual([-5, 0, 3, 9])
    expect(boundsOf([])).toBeNull()
  })
})

describe("what lies across the antimeridian", () => {
  it("stays in one piece beside any of its places, and the rest is left as it is", () => {
    const seen = [
      { lon: -179.9, lat: 5, role: "before" },
      { lon: 179.9, lat: 5, role: "violation" },
    ]
    expect(beside(seen, 179.8).map(({ lon }) => lon)).toEqual([180.1, 179.9])
    expect(beside(seen, 179.8)[0]).toMatchObject({ lat: 5, role: "before" })
    const parts = {
      type: "MultiPolygon",
      coordinates: [
        [
          [
            [179, 0],
            [180, 0],
            [180, 1],
          ],
        ],
        [
          [
            [-180, 0],
            [-179, 0],
            [-180, 1],
          ],
        ],
      ],
    }
    expect(boundsOf(positionsOf(beside(parts, 179.5).coordinates))).toEqual([179, 0, 181, 1])
    expect(beside(parts, 179.5).type).toBe("MultiPolygon")
  })
})
