import { describe, expect, it } from "vitest"

import { type Floor, untrustedSince, unwell } from "./unwell"

const AS_OF = "2026-03-01T21:20:00Z"
const AGO = "2026-03-01T21:15:00Z"

type Check = Floor["checks"][number]

function check(name: Check["name"], since: string | null, ok = false): Check {
  return { name, ok, detail: `${name} is away`, since }
}

function floor(given: Partial<Floor>): Floor {
  const canary: Floor["canary"] = {
    state: "out",
    out_at: AGO,
    round_trip_s: 0.1,
    lost_since: null,
    detail: "",
  }
  return { as_of: AS_OF, checks: [], alarms: [], vendors: [], canary, ...given } as Floor
}

describe("what is not well", () => {
  it("is nothing while every check holds, whatever lies open", () => {
    expect(unwell(floor({ checks: [check("store", null, true)] }))).toEqual([])
  })

  it("is said once it has lasted five seconds, so that a reconnection flashes nothing", () => {
    const young = [check("source", "2026-03-01T21:19:57Z")]
    expect(unwell(floor({ checks: young }))).toEqual([])
    const old = [check("source", "2026-03-01T21:19:55Z")]
    expect(unwell(floor({ checks: old })).map((each) => each.cause)).toEqual(["source"])
  })

  it("is said at once where nobody knows since when", () => {
    const [found] = unwell(floor({ checks: [check("store", null)] }))
    expect(found).toMatchObject({ cause: "store", grave: true, since: null })
  })

  const vendor = (name: string, silent: string | null): Floor["vendors"][number] => ({
    vendor: name,
    heard_at: AGO,
    messages_per_s: 0,
    silent_since: silent,
  })
  const alarms: Floor["alarms"] = [
    { kind: "vendor_silent", subject: "vendor/acme", since: "2026-03-01T20:00:00Z", detail: "" },
    { kind: "backlog", subject: "engine", since: "2026-03-01T20:30:00Z", detail: "" },
    { kind: "ingest_stalled", subject: "engine", since: AGO, detail: "said by its check" },
  ]

  it("is oldest first; a silent vendor and a backlog are not grave", () => {
    const found = unwell(floor({ alarms, vendors: [vendor("acme", AGO), vendor("other", null)] }))
    expect(found.map((each) => [each.cause + each.subject, each.grave])).toEqual([
      ["vendoracme", false],
      ["backlog", false],
    ])
  })

  it("leaves out what follows from something grave", () => {
    const checks = [check("engine", "2026-03-01T21:16:00Z"), check("source", AGO)]
    const found = unwell(floor({ checks, alarms, vendors: [vendor("other", null)] }))
    expect(found.map((each) => each.cause)).toEqual(["source", "engine"])
    expect(untrustedSince(found)).toBe(Date.parse(AGO))
  })

  it("is grave when every vendor is silent, since the first of them was", () => {
    const vendors = [vendor("acme", AGO), vendor("other", "2026-03-01T21:10:00Z")]
    const found = unwell(floor({ alarms, vendors }))
    expect(found).toMatchObject([{ cause: "silence", grave: true }])
    expect(untrustedSince(found)).toBe(Date.parse("2026-03-01T21:10:00Z"))
  })

  it("leaves trust in alerts alone where they only come late or nobody checks", () => {
    const canary: Floor["canary"] = {
      state: "unpublished",
      out_at: null,
      round_trip_s: null,
      lost_since: AGO,
      detail: "refused",
    }
    const found = unwell(floor({ canary }))
    expect(found.map((each) => [each.cause, each.grave])).toEqual([["unpublished", false]])
    expect(untrustedSince(found)).toBeNull()
  })
})
