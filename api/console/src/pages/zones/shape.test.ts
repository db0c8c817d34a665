import type { Geometry } from "geojson"
import { describe, expect, it } from "vitest"

import { distanceM, type Place } from "./geodesic"
import { circleRing, outline, shapeBounds, stepped, usualBounds } from "./outline"
import {
  type Area,
  cornerCount,
  extentM,
  geometryOf,
  holds,
  shapeOf,
  withMore,
  withRing,
} from "./shape"

const SQUARE: Place[] = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
]
const HOLE: Place[] = [
  [1, 1],
  [1, 2],
  [2, 2],
  [2, 1],
]

function area(geometry: Geometry): Area {
  const shape = shapeOf(geometry, null)
  if (shape?.kind !== "area") throw new Error("no area")
  return shape
}

function close(ring: readonly Place[]): number[][] {
  return [...ring, ring[0] ?? [0, 0]].map((each) => [...each])
}

describe("a shape", () => {
  it("comes from GeoJSON and goes back unchanged", () => {
    const polygon: Geometry = { type: "Polygon", coordinates: [close(SQUARE), close(HOLE)] }
    expect(geometryOf(area(polygon))).toEqual(polygon)
    const point: Geometry = { type: "Point", coordinates: [13.4, 52.5] }
    const circle = shapeOf(point, 120)
    expect(circle).toEqual({ kind: "circle", centre: [13.4, 52.5], radiusM: 120 })
    expect(circle && geometryOf(circle)).toEqual(point)
    const several: Geometry = {
      type: "MultiPolygon",
      coordinates: [[close(SQUARE)], [close(SQUARE.map(([lon, lat]): Place => [lon + 9, lat]))]],
    }
    expect(geometryOf(area(several))).toEqual(several)
    expect(shapeOf({ type: "LineString", coordinates: [] }, null)).toBeNull()
    expect(shapeOf(null, null)).toBeNull()
  })

  it("that was cut at the antimeridian is one again", () => {
    const cut: Geometry = {
      type: "MultiPolygon",
      coordinates: [
        [
          [
            [-180, -18],
            [-179, -18],
            [-179, -16],
            [-180, -16],
            [-180, -18],
          ],
        ],
        [
          [
            [180, -16],
            [179, -16],
            [179, -18],
            [180, -18],
            [180, -16],
          ],
        ],
      ],
    }
    const { polygons } = area(cut)
    expect(polygons).toHaveLength(1)
    const [ring = []] = polygons[0] ?? []
    expect([...ring].sort((a, b) => a[0] - b[0] || a[1] - b[1])).toEqual([
      [179, -18],
      [179, -16],
      [181, -18],
      [181, -16],
    ])
  })

  it("that only touches the antimeridian, or meets it in several places, stays as it is", () => {
    const touching: Geometry = {
      type: "Polygon",
      coordinates: [
        close([
          [180, 0],
          [178, 0],
          [178, 2],
          [180, 2],
        ]),
      ],
    }
    expect(geometryOf(area(touching))).toEqual(touching)
    const comb: Geometry = {
      type: "MultiPolygon",
      coordinates: [
        [
          close([
            [180, 0],
            [178, 0],
            [178, 9],
            [180, 9],
            [180, 6],
            [179, 6],
            [179, 3],
            [180, 3],
          ]),
        ],
        [
          close([
            [-180, 0],
            [-179, 0],
            [-179, 3],
            [-180, 3],
          ]),
        ],
      ],
    }
    expect(area(comb).polygons).toHaveLength(2)
  })

  it("has rings that can be changed, added as holes or parts, and taken away", () => {
    const one = withMore(null, SQUARE)
    const holed = withMore(one, HOLE)
    expect(holed.polygons).toEqual([[SQUARE, HOLE]])
    const away = SQUARE.map(([lon, lat]): Place => [lon + 20, lat])
    const two = withMore(holed, away)
    expect(two.polygons).toEqual([[SQUARE, HOLE], [away]])
    expect(cornerCount(two)).toBe(12)
    expect(withRing(two, 0, 1, [])?.polygons).toEqual([[SQUARE], [away]])
    expect(withRing(two, 0, 0, [])?.polygons).toEqual([[away]])
    expect(withRing(two, 1, 0, HOLE)?.polygons).toEqual([[SQUARE, HOLE], [HOLE]])
    expect(withRing(one, 0, 0, [])).toBeNull()
  })

  it("knows what lies in a ring, and how large it is", () => {
    expect(holds(SQUARE, [1, 1])).toBe(true)
    expect(holds(SQUARE, [5, 1])).toBe(false)
    const { north, east } = extentM(withMore(null, SQUARE))
    expect(north / 1_000).toBeCloseTo(442.3, 0)
    expect(east / 1_000).toBeCloseTo(445, 0)
  })
})

describe("an outline", () => {
  it("of a circle is the geodesic one: every point at its radius", () => {
    for (const centre of [
      [13.4, 52.5],
      [179.999, -17],
      [20, 84],
    ] as Place[]) {
      for (const radiusM of [100, 50_000]) {
        for (const [lon = 0, lat = 0] of circleRing({ kind: "circle", centre, radiusM }))
          expect(Math.abs(distanceM(centre, [lon, lat]) - radiusM)).toBeLessThan(0.001)
      }
    }
    expect(circleRing({ kind: "circle", centre: [0, 0], radiusM: Number.NaN })).toEqual([])
  })

  it("of a circle stays together across the antimeridian and round a pole", () => {
    const box = shapeBounds({ kind: "circle", centre: [179.999, -17], radiusM: 1_000 })
    expect(box?.[0]).toBeGreaterThan(179.98)
    expect(box?.[2]).toBeLessThan(180.02)
    const polar = circleRing({ kind: "circle", centre: [20, 84], radiusM: 1_000_000 })
    const lons = polar.map((each) => each[0] ?? 0)
    expect(Math.max(...lons) - Math.min(...lons)).toBeCloseTo(360, 6)
    expect(polar[0]).toEqual(polar.at(-1))
  })

  it("of a long edge goes straight in longitude and latitude", () => {
    const ring = stepped([
      [0, 0],
      [10, 40],
      [10, 0],
      [0, 0],
    ])
    expect(ring.length).toBeGreaterThan(150)
    for (const [lon = 0, lat = 0] of ring.slice(0, 100)) expect(lat).toBeCloseTo(4 * lon, 9)
    expect(ring.slice(-2)).toEqual([
      [10, 0],
      [0, 0],
    ])
    const flat = outline(withMore(null, SQUARE)).coordinates
    expect(flat).toEqual([[close(SQUARE)]])
  })
})

describe("the box around many", () => {
  it("leaves out the few that lie elsewhere", () => {
    const near = Array.from({ length: 60 }, (_, at) => ({
      kind: "circle" as const,
      centre: [13 + at / 100, 52] as Place,
      radiusM: 100,
    }))
    const far = { kind: "circle" as const, centre: [179, -17] as Place, radiusM: 100 }
    const box = usualBounds([...near, far])
    expect(box?.[2]).toBeLessThan(14)
    expect(usualBounds([far])?.[0]).toBeCloseTo(179, 1)
    expect(usualBounds([])).toBeNull()
  })
})
