import { describe, expect, it } from "vitest"

import { differences, type Episode, toldAfter } from "./amendment"

const bound = (estimate: string) => ({ after: null, by: estimate, estimate, estimate_local: "" })

function episode(changed: Partial<Episode> = {}): Episode {
  return {
    kind: "exclusion_entered",
    state: "confirmed",
    zone_id: "z1",
    started: bound("2026-03-01T21:14:20Z"),
    ended: null,
    confirmed_at: "2026-03-01T21:16:00Z",
    positions: 5,
    max_depth_m: 40.04,
    detail: "",
    ...changed,
  } as Episode
}

describe("an amendment", () => {
  it("names every fact that became another one, and none that did not", () => {
    const after = episode({
      started: bound("2026-03-01T21:10:00Z"),
      ended: bound("2026-03-01T21:30:00Z"),
      max_depth_m: 40.0,
      positions: 9,
    })
    expect(differences(episode(), after)).toEqual([
      { fact: "started", before: "2026-03-01T21:14:20Z", after: "2026-03-01T21:10:00Z" },
      { fact: "ended", before: null, after: "2026-03-01T21:30:00Z" },
      { fact: "positions", before: 5, after: 9 },
    ])
    expect(differences(episode(), episode())).toEqual([])
  })

  it("is compared with what was told next, not with what is told now", () => {
    const steps = [
      { change_id: 1, episode_id: 7, before: null },
      { change_id: 2, episode_id: 7, before: episode({ positions: 2 }) },
      { change_id: 3, episode_id: 8, before: episode({ positions: 90 }) },
      { change_id: 4, episode_id: 7, before: episode({ positions: 3 }) },
    ]
    const now = [{ ...episode({ positions: 4 }), episode_id: 7 }]
    const told = (at: number) => toldAfter(steps[at] as (typeof steps)[0], steps, now)?.positions
    expect([told(1), told(3), told(2)]).toEqual([3, 4, undefined])
  })
})
