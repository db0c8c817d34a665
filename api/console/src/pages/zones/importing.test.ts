import { expect, it } from "vitest"

import { featuresOf, prepared, type Words } from "./importing"

const WORDS: Words = {
  notRead: (file) => `${file}: not read`,
  notGeoJson: (file) => `${file}: not GeoJSON`,
  nothing: (file) => `${file}: nothing`,
}
const POINT = { type: "Point", coordinates: [13.4, 52.5] }
const LINE = {
  type: "LineString",
  coordinates: [
    [0, 0],
    [1, 1],
  ],
}
const SQUARE = {
  type: "Polygon",
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
}

function read(document: unknown) {
  return featuresOf("zones.geojson", JSON.stringify(document), WORDS)
}

function feature(geometry: unknown, properties: unknown = {}, more: object = {}) {
  return { type: "Feature", properties, geometry, ...more }
}

it("reads collections, single Features and bare geometries", async () => {
  const collection = { type: "FeatureCollection", features: [feature(POINT), feature(SQUARE)] }
  expect((await read(collection)).features).toHaveLength(2)
  expect((await read(feature(POINT))).features).toHaveLength(1)
  expect((await read(SQUARE)).features[0]?.geometry).toEqual(SQUARE)
})

it("leaves lines out and says how many, and parts collections", async () => {
  const both = { type: "GeometryCollection", geometries: [POINT, LINE, SQUARE] }
  const reading = await read({
    type: "FeatureCollection",
    features: [feature(LINE), feature(both, { name: "Both" }), feature(null)],
  })
  expect(reading.lines).toBe(2)
  expect(reading.features.map((each) => (each.geometry as { type: string } | null)?.type)).toEqual([
    "Point",
    "Polygon",
    undefined,
  ])
})

it("says in words what cannot be read", async () => {
  await expect(featuresOf("a.txt", "hello", WORDS)).rejects.toThrow("a.txt: not read")
  await expect(read({ hello: 1 })).rejects.toThrow("not GeoJSON")
  await expect(read({ type: "FeatureCollection", features: 7 })).rejects.toThrow("not GeoJSON")
  await expect(read({ type: "FeatureCollection", features: [feature(LINE)] })).rejects.toThrow(
    "nothing",
  )
})

it("gives ids and radii, and keeps those that are stated", async () => {
  const { features } = await read({
    type: "FeatureCollection",
    features: [
      feature(POINT, { name: "Park", fill: "#f00", stroke: "red" }),
      feature(POINT, { name: "Park", radius_m: "250" }),
      feature(SQUARE, { zone_id: "PARK-3", name: "Field" }, { id: 7 }),
      feature(SQUARE, {}, { id: "not an id" }),
      feature(SQUARE, null, { id: 12 }),
    ],
  })
  const taken = (zoneId: string) => zoneId === "PARK"
  expect(prepared(features, 80, taken).map((each) => each.properties)).toEqual([
    { name: "Park", zone_id: "PARK-2", radius_m: 80 },
    { name: "Park", zone_id: "PARK-4", radius_m: 250 },
    { name: "Field", zone_id: "PARK-3" },
    { zone_id: "ZONE" },
    { zone_id: "12" },
  ])
})
