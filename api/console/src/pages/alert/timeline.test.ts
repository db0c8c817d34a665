import { describe, expect, it } from "vitest"

import type { AlertDetail } from "$/api/types"

import { timeline } from "./timeline"

type Shown = Pick<AlertDetail, "episodes" | "history">

function shown(episode: object, history: object[]): Shown {
  return {
    episodes: [{ episode_id: 1, state: "confirmed", ...episode }],
    history,
  } as unknown as Shown
}
const bound = (by: string) => ({ after: null, by, estimate: by })
const at = (minute: number) => `2026-03-01T21:${String(minute).padStart(2, "0")}:00Z`

describe("the line of time", () => {
  it("puts what happened and what was done in one order", () => {
    const alert = shown({ started: bound(at(1)), confirmed_at: at(3), ended: bound(at(9)) }, [
      { change_id: 10, at: at(3), action: "raised" },
      { change_id: 11, at: at(5), action: "acknowledged" },
      { change_id: 12, at: at(5), action: "noted" },
    ])
    const order = timeline(alert).map((each) => each.moment ?? each.change.action)
    expect(order).toEqual(["began", "confirmed", "raised", "acknowledged", "noted", "ended"])
  })

  it("says since when nothing is known only while it runs, and nothing of what was retracted", () => {
    const running = {
      started: bound(at(1)),
      confirmed_at: null,
      ended: null,
      unconfirmed_since: at(8),
    }
    const moments = (episode: object) => timeline(shown(episode, [])).map((each) => each.moment)
    expect(moments(running)).toEqual(["began", "unseen"])
    expect(moments({ ...running, ended: bound(at(9)) })).toEqual(["began", "ended"])
    expect(moments({ ...running, state: "retracted" })).toEqual([])
  })
})
