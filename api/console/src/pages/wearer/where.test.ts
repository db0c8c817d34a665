import { describe, expect, it } from "vitest"

import type { PlaceNow, PositionNow } from "./types"
import { metres, speed, sureness, whereabouts } from "./where"

function place(over: Partial<PlaceNow>): PlaceNow {
  return {
    zone_id: "z",
    zone_version: 1,
    name: "Home",
    role: "be_in",
    membership: "inside",
    distance_m: 40,
    width_m: 280,
    ...over,
  }
}

function position(...places: PlaceNow[]): PositionNow {
  return { places, accuracy_m: 8, coarse: false, accuracy_assumed: false } as unknown as PositionNow
}

const school = place({ name: "School", role: "keep_out" })
const away = place({ membership: "outside", distance_m: -2_340 })

describe("where somebody is", () => {
  it("is the place they must not be at, before the one they may", () => {
    expect(whereabouts(position(place({ distance_m: 90 }), school))).toBe(
      "Inside School (keep out)",
    )
    expect(whereabouts(position(place({})))).toBe("At Home")
  })

  it("is the home rather than the district around it", () => {
    const district = place({ name: "District 2", distance_m: 1_100, width_m: 8_000 })
    expect(whereabouts(position(district, place({})))).toBe("At Home")
  })

  it("is never surer than the position", () => {
    expect(whereabouts(position(place({ membership: "uncertain" })))).toBe("Perhaps at Home")
    expect(
      whereabouts(position(place({ role: "keep_out", name: "School", membership: "uncertain" }))),
    ).toBe("Perhaps at School")
  })

  it("names what is near, else how far home is", () => {
    const near = place({ ...school, membership: "outside", distance_m: -230 })
    expect(whereabouts(position(away, near))).toBe("230 m from School (keep out)")
    expect(whereabouts(position(away))).toBe("Away: Home is 2.3 km off")
    expect(whereabouts(position({ ...away, distance_m: -120 }))).toBe("120 m from Home")
    expect(whereabouts(position())).toBe("At no known place")
  })

  it("says how sure that is", () => {
    expect(sureness(position())).toBe("accurate to 8 m")
    expect(sureness({ ...position(), coarse: true, accuracy_m: 900 })).toBe(
      "only accurate to 900 m: proves nothing alone",
    )
    expect(sureness({ ...position(), beacon_id: "HU-1" })).toBe("in the range of the home unit")
  })
})

it("writes metres and speeds as people say them", () => {
  expect([8.4, 640, 999.7, 2_340, 41_200].map(metres)).toEqual([
    "8 m",
    "640 m",
    "1.0 km",
    "2.3 km",
    "41 km",
  ])
  expect(speed(1.4)).toBe("5 km/h")
})
