import { expect, it } from "vitest"

import {
  differs,
  type Draft,
  draftOf,
  EMPTY,
  featureOf,
  handOver,
  idFor,
  type ZoneFeature,
} from "./draft"

const HOME: ZoneFeature = {
  type: "Feature",
  id: "HOME",
  properties: {
    zone_id: "HOME",
    version: 3,
    name: "Home",
    effective_from: "2026-03-01T00:00:00Z",
    radius_m: 100,
    withdrawn: false,
  },
  geometry: { type: "Point", coordinates: [13.4, 52.5] },
}

it("a stored zone becomes a draft from now on, and a Feature again", () => {
  const draft = draftOf(HOME)
  expect(draft.effectiveFrom).toBeNull()
  expect(featureOf({ ...draft, name: " Home " }, "HOME")).toEqual({
    type: "Feature",
    properties: { zone_id: "HOME", name: "Home", radius_m: 100 },
    geometry: { type: "Point", coordinates: [13.4, 52.5] },
  })
  const dated = { ...draft, effectiveFrom: "2026-04-01T00:00:00Z" }
  expect(featureOf(dated, "HOME")?.properties).toMatchObject({
    effective_from: "2026-04-01T00:00:00Z",
  })
})

it("what is not drawn yet is not sent", () => {
  expect(featureOf(EMPTY, "NEW")).toBeNull()
  const line: Draft = {
    ...EMPTY,
    shape: {
      kind: "area",
      polygons: [
        [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      ],
    },
  }
  expect(featureOf(line, "NEW")).toBeNull()
  const nothing: Draft = {
    ...EMPTY,
    shape: { kind: "circle", centre: [0, 0], radiusM: Number.NaN },
  }
  expect(featureOf(nothing, "NEW")).toBeNull()
})

it("only what a version says makes a difference, not from when on", () => {
  const draft = draftOf(HOME)
  expect(differs({ ...draft, effectiveFrom: "2026-04-01T00:00:00Z" }, draft)).toBe(false)
  expect(differs({ ...draft, name: "House" }, draft)).toBe(true)
})

it("an id is made of the name, and is nobody else's", () => {
  expect(idFor("Schule Grünau (Nord)", () => false)).toBe("SCHULE-GRUNAU-NORD")
  expect(idFor("中学", () => false)).toBe("ZONE")
  expect(idFor("Park", (each) => ["PARK", "PARK-2"].includes(each))).toBe("PARK-3")
})

it("a draft is left for the page that asks what it would have meant", () => {
  const kept = new Map<string, string>()
  const store = { setItem: (key: string, value: string) => kept.set(key, value) }
  expect(handOver(store, "HOME", draftOf(HOME))).toBe(true)
  const left = JSON.parse(kept.get("ringfence.draft") ?? "null") as { zones: unknown[] }
  expect(left.zones).toEqual([featureOf(draftOf(HOME), "HOME")])
  expect(handOver(store, "HOME", EMPTY)).toBe(false)
})
