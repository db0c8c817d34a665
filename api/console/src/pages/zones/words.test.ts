import { expect, it } from "vitest"

import type { Uses, Version, Zone } from "./calls"
import { clocksOf, placesIn, placesOf, recordWords, spanWords, zoneWords } from "./words"

const NOW = Date.parse("2026-03-10T12:00:00Z")

function version(changes: Partial<Version["properties"]>): Version {
  return {
    type: "Feature",
    id: "HOME",
    geometry: { type: "Point", coordinates: [13.4, 52.5] },
    properties: {
      zone_id: "HOME",
      version: 1,
      name: "Home",
      effective_from: null,
      radius_m: 120,
      withdrawn: false,
      effective_until: null,
      in_effect: true,
      recorded_at: null,
      recorded_by: null,
      note: "",
      ...changes,
    },
  }
}

it("tells from when until when a version holds, with the zone named", () => {
  expect(spanWords(version({}), "Europe/Berlin", NOW)).toBe("always")
  const span = { effective_from: "2026-03-01T21:00:00Z", effective_until: "2026-03-10T11:00:00Z" }
  expect(spanWords(version(span), "Europe/Berlin", NOW)).toMatch(
    /^from 1 Mar 22:00 (CET|GMT\+1) until 12:00 (CET|GMT\+1)$/,
  )
  const same = { effective_from: "2026-03-01T21:00:00Z", effective_until: "2026-03-01T21:00:00Z" }
  expect(spanWords(version(same), "UTC", NOW)).toMatch(/^never/)
})

it("tells who stored it, and when, or that nobody knows", () => {
  expect(recordWords(version({}), "UTC")).toBe("by whom is not known")
  const known = { recorded_at: "2026-03-01T21:00:00Z", recorded_by: "local/kim" }
  expect(recordWords(version(known), "UTC")).toBe("stored by kim, Sun 1 Mar 2026, 21:00:00 UTC")
})

it("tells a shape in words", () => {
  expect(zoneWords(version({}) as Zone)).toBe("Circle, radius 120 m")
})

it("takes the clocks of the users where they agree", () => {
  const uses = (...zones: string[]) =>
    ({ uses: zones.map((timezone) => ({ timezone })) }) as unknown as Uses
  expect(clocksOf(uses("Asia/Tokyo", "Asia/Tokyo"))).toBe("Asia/Tokyo")
  const ours = Intl.DateTimeFormat().resolvedOptions().timeZone
  expect([clocksOf(uses("Asia/Tokyo", "UTC")), clocksOf(null)]).toEqual([ours, ours])
})

it("finds the places that messages and findings name", () => {
  expect(placesIn(["self-intersection at lon 0.5, lat -5 in ring 0", "no place"])).toEqual([
    [0.5, -5],
  ])
  const details = [{ lon: 1, lat: 2, degrees: 3 }, { vertices: 4 }]
  const finding = { code: "spike", severity: "warning" as const, message: "", path: "", details }
  expect(placesOf([finding])).toEqual([[1, 2]])
})
