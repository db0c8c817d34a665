/**
 * What happened and who did what, in one line of time.
 *
 * Two kinds of entries: what the evidence says happened (event time), and what was done about it
 * (when it was done). Where both have one time, what happened comes first.
 */
import type { AlertDetail, Change, Schemas } from "$/api/types"

export type Moment = "began" | "confirmed" | "ended" | "unseen"

export interface Happened {
  at: string
  moment: Moment
  episode: Schemas["EpisodeOut"]
  change?: never
}

export interface Done {
  at: string
  change: Change
  moment?: never
}

export type Entry = Happened | Done

/** Everything about an alert, oldest first. */
export function timeline(alert: Pick<AlertDetail, "episodes" | "history">): Entry[] {
  const happened = alert.episodes.filter((each) => each.state !== "retracted").flatMap(moments)
  const done = alert.history.map((change): Done => ({ at: change.at, change }))
  return [...happened, ...done].sort(inTime)
}

function moments(episode: Schemas["EpisodeOut"]): Happened[] {
  const at: [Moment, string | null | undefined][] = [
    ["began", episode.started.estimate],
    ["confirmed", episode.confirmed_at === episode.started.by ? null : episode.confirmed_at],
    ["unseen", episode.ended ? null : episode.unconfirmed_since],
    ["ended", episode.ended?.estimate],
  ]
  return at.flatMap(([moment, when]) => (when ? [{ at: when, moment, episode }] : []))
}

function inTime(one: Entry, other: Entry): number {
  const apart = Date.parse(one.at) - Date.parse(other.at)
  if (apart) return apart
  if (one.change && other.change) return one.change.change_id - other.change.change_id
  return Number(Boolean(one.change)) - Number(Boolean(other.change))
}
