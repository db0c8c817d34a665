import { describe, expect, it, vi } from "vitest"

vi.mock("$/operator/operator.svelte", () => ({ operator: { name: "kim" } }))

import { refusal } from "$/api/client"

import { nameOf, reasonOf } from "./refusal"

const BERLIN = "Europe/Berlin"
const closed = {
  type: "urn:ringfence:problem:alert-state",
  status: 409,
  detail: "an alert that is closed cannot be acknowledged: local/kim did that at …",
  state: "closed",
  by: "local/kim",
  at: "2026-03-01T21:41:07Z",
}

describe("why an action was not done", () => {
  it("is who was quicker and when, by the wearer's clocks", () => {
    expect(reasonOf(refusal(409, closed), BERLIN)).toBe("kim closed it at 22:41 CET.")
    expect(reasonOf(refusal(409, { ...closed, by: "local" }), BERLIN)).toBe(
      "Somebody closed it at 22:41 CET.",
    )
  })

  it("is the server's reason where there is no such colleague, and any error's message", () => {
    expect(reasonOf(refusal(409, { ...closed, by: undefined, at: undefined }), BERLIN)).toBe(
      closed.detail,
    )
    expect(reasonOf(refusal(503, null), BERLIN)).toBe("The server answered 503.")
    expect(reasonOf(new Error("gone"), BERLIN)).toBe("gone")
  })
})

describe("an actor", () => {
  it("is a name, the engine, or nobody in particular", () => {
    const actors = ["local/kim@desk", "engine", "local", null]
    expect(actors.map(nameOf)).toEqual(["kim@desk", "engine", null, null])
  })
})
