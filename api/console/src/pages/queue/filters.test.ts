import { describe, expect, it } from "vitest"

import { count, facets, fitting, fromQuery, names, NONE, severities, toQuery } from "./filters"
import { alert, ids } from "$/testing/alert"

const ALL = [
  alert(1, { officers: ["kim"], agencies: ["County"], kind: "jamming" }),
  alert(2, {
    severity: "serious",
    state: "acknowledged",
    assigned_to: "ana",
    wearer_name: "Zoë K.",
  }),
  alert(3, { wearer_id: null, wearer_name: "", subject: "vendor/acme", severity: "system" }),
]

function found(query: string): number[] {
  return ids(ALL.filter(fitting(fromQuery(new URLSearchParams(query)), "ana")))
}

describe("filters", () => {
  it("show what fits every one of them, and any value of each", () => {
    expect(found("")).toEqual([1, 2, 3])
    expect(found("severity=serious&severity=system")).toEqual([2, 3])
    expect(found("severity=serious&state=open")).toEqual([])
    expect(found("kind=jamming&officer=kim&agency=County")).toEqual([1])
    expect(found("officer=nobody")).toEqual([])
    expect(found("mine=1")).toEqual([2])
  })

  it("find text in names, ids, subjects and kinds, each word of it", () => {
    expect(found("q=zoë")).toEqual([2])
    expect(found("q=ACME")).toEqual([3])
    expect(found("q=w1 jamming")).toEqual([1])
    expect(found("q=w1 strap")).toEqual([])
  })

  it("leave out what an address says that does not exist", () => {
    expect(fromQuery(new URLSearchParams("severity=bad&kind=bad&state=closed&sort=bad"))).toEqual(
      fromQuery(new URLSearchParams()),
    )
  })

  it("survive the address bar", () => {
    const query = new URLSearchParams(
      "severity=critical&kind=sos&officer=kim&agency=A&state=open&mine=1&q=x&sort=due&flat=1",
    )
    const filters = fromQuery(query)
    const again = new URLSearchParams()
    for (const [key, value] of Object.entries(toQuery(filters)))
      for (const each of [value].flat()) if (each) again.append(key, each)
    expect(again.toString()).toBe(query.toString())
    expect(count(filters)).toBe(7)
    expect(count({ ...filters, ...NONE })).toBe(0)
  })
})

describe("what there is to choose from", () => {
  it("is counted over all alerts, and keeps what is chosen", () => {
    const { kind, officer } = facets(ALL)
    expect([kind.get("jamming"), severities(ALL).get("critical")]).toEqual([1, 1])
    expect(names(officer, "gone")).toEqual(["gone", "kim"])
  })
})
