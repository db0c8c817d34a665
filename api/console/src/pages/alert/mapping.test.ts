import { describe, expect, it } from "vitest"

import type { Schemas } from "$/api/types"

import {
  type Fix,
  lastSeen,
  outline,
  placeAt,
  protectedPlaces,
  trackParts,
  trackSpan,
  viewOf,
  type Zone,
  zonesOf,
} from "./mapping"

const at = (minute: number) => `2026-03-01T21:${String(minute).padStart(2, "0")}:00Z`

function fix(minute: number, lon: number, quarantine: string | null = null): Fix {
  return {
    geometry: { type: "Point", coordinates: [lon, 52] },
    properties: { fix_time: at(minute), quarantine },
  } as unknown as Fix
}

function witness(lon: number, zone_id = "z1", zone_version = 1): Schemas["EvidenceOut"] {
  return {
    lon,
    lat: 52,
    accuracy_m: 10,
    role: "violation",
    zone_id,
    zone_version,
  } as Schemas["EvidenceOut"]
}

function episode(changed: object): Schemas["EpisodeOut"] {
  return {
    evidence: [],
    started: { after: at(1), by: at(2) },
    ended: null,
    ...changed,
  } as unknown as Schemas["EpisodeOut"]
}

describe("the map of an alert", () => {
  it("shows each zone once, in the version judged by, and no moving one", () => {
    const evidence = [witness(0), witness(1), witness(0, "z1", 2), witness(0, "protected/p1", 0)]
    expect(zonesOf([episode({ evidence })])).toEqual([
      { zone_id: "z1", version: 1 },
      { zone_id: "z1", version: 2 },
    ])
  })

  it("shows the way from before it began until after it ended, or until now, but no whole month", () => {
    const ended = { by: at(40), estimate: at(40) }
    expect(trackSpan(episode({ ended }), 0)).toEqual({
      since: "2026-03-01T20:41:00.000Z",
      until: "2026-03-01T22:00:00.000Z",
    })
    const now = Date.parse(at(2)) + 40 * 86_400_000
    expect(trackSpan(episode({}), now).until).toBe("2026-03-02T03:22:00.000Z")
  })

  it("finds the crossing on the straight way between two fixes that count", () => {
    const track = [fix(0, 10), fix(1, 999, "implausible"), fix(2, 20)]
    expect(placeAt(track, Date.parse(at(1)))).toEqual([15, 52])
    expect(placeAt(track, Date.parse(at(2)))).toEqual([20, 52])
    expect(placeAt(track, Date.parse(at(3)))).toBeNull()
    expect(placeAt(track, Date.parse(at(0)) - 1)).toBeNull()
  })

  it("knows where the wearer was last, by what counts", () => {
    const track = [fix(0, 10), fix(1, 20), fix(2, 999, "implausible"), fix(3, 40)]
    expect(lastSeen(track, Date.parse(at(2)))?.geometry.coordinates[0]).toBe(20)
    expect(lastSeen(track, Date.parse(at(0)) - 1)).toBeNull()
  })

  it("shows a protected person only where the answer says where that is", () => {
    const hidden = { counterpart: { lat: null, lon: null, accuracy_m: 8, keep_m: 300 } }
    const told = { counterpart: { lat: 52, lon: 13, accuracy_m: 8, keep_m: 300 } }
    const shown = (each: object) =>
      protectedPlaces([each as Schemas["EvidenceOut"]]).features.length
    expect([shown(hidden), shown(told), shown(witness(0))]).toEqual([0, 2, 0])
  })

  it("parts the way where it began and ended, without a gap between the parts", () => {
    const track = [fix(0, 0), fix(2, 20), fix(4, 40), fix(6, 60)]
    const parts = trackParts(track, Date.parse(at(1)), Date.parse(at(5))).features
    expect(
      parts.map((each) => [each.properties?.part, each.geometry.coordinates.map(([lon]) => lon)]),
    ).toEqual([
      ["before", [0, 10]],
      ["during", [10, 20, 40, 50]],
      ["after", [50, 60]],
    ])
  })

  it("begins where both evidence and zone are seen; of a county only where it was left", () => {
    const near = outline({
      geometry: { type: "Point", coordinates: [0, 52] },
      properties: { radius_m: 500 },
    } as unknown as Zone)
    const wide = outline({
      geometry: { type: "Point", coordinates: [0, 52] },
      properties: { radius_m: 30_000 },
    } as unknown as Zone)
    const width = (box: number[] | null) => (box ? (box[2] ?? 0) - (box[0] ?? 0) : 0)
    expect(width(viewOf([witness(0.001)], [near], []))).toBeGreaterThan(0.014)
    expect(width(viewOf([witness(0.001)], [wide], []))).toBeLessThan(0.001)
    expect(viewOf([], [], [fix(0, 1), fix(1, 2)])).toEqual([1, 52, 2, 52])
    expect(viewOf([], [], [])).toBeNull()
  })
})
