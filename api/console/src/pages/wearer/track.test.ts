import { describe, expect, it } from "vitest"

import { doubts, fixesOf, indexAt, judged, lines, momentAt } from "./track"
import type { Day, Gap } from "./types"

const START = Date.parse("2026-03-01T00:00:00Z")

function day(over: Partial<Day["positions"]> = {}): Day {
  const count = over.t_s?.length ?? 4
  const of = <T>(value: T) => Array.from({ length: count }, () => value)
  return {
    start: "2026-03-01T00:00:00Z",
    positions: {
      t_s: [0, 60, 120, 600],
      lat: of(52),
      lon: [13, 13.001, 13.002, 13.01],
      accuracy_m: of(8),
      speed_mps: of(null),
      mechanism: of("gnss"),
      quarantine: of(null),
      ...over,
    },
  } as unknown as Day
}

const gap: Gap = {
  start: "2026-03-01T00:02:00Z",
  unknown_from: "2026-03-01T00:07:00Z",
  end: "2026-03-01T00:10:00Z",
  start_local: "",
  end_local: "",
  reason: "silence",
}

describe("where somebody was at an instant", () => {
  const fixes = fixesOf(day())

  it("lies between two positions, with the speed they imply", () => {
    const moment = momentAt(fixes, [], START + 30_000)
    expect(moment?.lon).toBeCloseTo(13.0005, 6)
    expect(moment?.speedMps).toBeCloseTo(68.7 / 60, 1)
    expect(moment?.stated).toBe(false)
  })

  it("is the last position in a gap, and then not known", () => {
    const still = momentAt(fixes, [gap], START + 300_000)
    expect([still?.lon, still?.unknown, still?.speedMps]).toEqual([13.002, false, null])
    expect(momentAt(fixes, [gap], START + 450_000)?.unknown).toBe(true)
    expect(momentAt(fixes, [gap], START + 600_000)?.unknown).toBe(false)
    expect(momentAt(fixes.slice(0, 3), [gap], START + 600_000)?.unknown).toBe(true)
  })

  it("is nowhere before the first position", () => {
    expect(momentAt(fixes, [], START - 1)).toBeNull()
    expect(indexAt(fixes, START + 60_000)).toBe(1)
  })
})

describe("the way", () => {
  it("is solid where positions follow each other, and apart across a gap", () => {
    const { features } = lines(fixesOf(day()), [gap])
    expect(
      features.map((each) => [each.properties?.kind, each.geometry.coordinates.length]),
    ).toEqual([
      ["seen", 3],
      ["gap", 2],
    ])
  })

  it("leaves out what is coarse, and is cut all the same where the coarse one was the last", () => {
    const fixes = fixesOf(day({ mechanism: ["gnss", "gnss", "cell", "gnss"] }))
    const found = lines(fixes, [gap]).features
    expect(found.map((each) => each.geometry.coordinates.map(([lon]) => lon))).toEqual([
      [13, 13.001],
      [13.001, 13.01],
    ])
    expect(found.map((each) => each.properties?.kind as string)).toEqual(["seen", "gap"])
  })
})

describe("doubt", () => {
  it("is a circle for what is coarse, uncertain or not judged, and for nothing else", () => {
    const fixes = fixesOf(
      day({
        accuracy_m: [8, 60, 8, 8],
        mechanism: ["gnss", "gnss", "cell", "gnss"],
        quarantine: [null, null, null, "implausible"],
      }),
    )
    const kinds = doubts(fixes).features.map((each) => each.properties?.kind as string)
    expect(kinds).toEqual(["uncertain", "uncertain", "quarantined"])
    expect(doubts([...fixes, ...fixes]).features).toHaveLength(3)
    expect(judged(fixes)).toHaveLength(3)
  })
})
