import { describe, expect, it } from "vitest"

import { matcher } from "./match"

const match = matcher([
  { pattern: "/", page: "queue" },
  { pattern: "/wearers/:wearerId", page: "wearer" },
  { pattern: "/wearers/:wearerId/days/:date", page: "day" },
])

describe("an address", () => {
  it("finds its page and its parameters, decoded", () => {
    expect(match("/")?.route.page).toBe("queue")
    expect(match("/wearers/w%3A1")).toMatchObject({
      route: { page: "wearer" },
      params: { wearerId: "w:1" },
    })
    expect(match("/wearers/w1/days/2026-03-01")?.params).toEqual({
      wearerId: "w1",
      date: "2026-03-01",
    })
  })

  it("that is no page finds none, and a broken escape is taken as it is", () => {
    expect(match("/nowhere")).toBeNull()
    expect(match("/wearers/%E0%A4%A")?.params.wearerId).toBe("%E0%A4%A")
  })
})
