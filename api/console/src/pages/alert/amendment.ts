/** What was shown of an episode, beside what is shown now: every fact that became another one. */
import type { Schemas } from "$/api/types"

export type Episode = Schemas["EpisodeFacts"]

/** One fact, as it was and as it is; null where there was or is none. */
export interface Changed {
  fact: Fact
  before: string | number | null
  after: string | number | null
}

export type Fact =
  "kind" | "state" | "zone" | "started" | "ended" | "confirmed" | "positions" | "depth" | "detail"

const READ: Record<Fact, (episode: Episode) => string | number | null> = {
  kind: (episode) => episode.kind,
  state: (episode) => episode.state,
  zone: (episode) => episode.zone_id,
  started: (episode) => episode.started.estimate,
  ended: (episode) => episode.ended?.estimate ?? null,
  confirmed: (episode) => episode.confirmed_at,
  positions: (episode) => episode.positions,
  depth: (episode) => Math.round(episode.max_depth_m * 10) / 10,
  detail: (episode) => episode.detail || null,
}

/** The facts in which two tellings of an episode differ. */
export function differences(before: Episode, after: Episode): Changed[] {
  return (Object.keys(READ) as Fact[])
    .map((fact) => ({ fact, before: READ[fact](before), after: READ[fact](after) }))
    .filter((each) => each.before !== each.after)
}

/** A step of an alert's history that replaced what had been shown. */
interface Step {
  change_id: number
  episode_id: number | null
  before: Episode | null
}

/**
 * What an amended episode was told as after a step: what the next step that replaced it had shown
 * before, or, after the last, what it is now.
 */
export function toldAfter(
  step: Step,
  history: readonly Step[],
  now: readonly (Episode & { episode_id: number })[],
): Episode | null {
  const next = history.find(
    (each) =>
      each.change_id > step.change_id &&
      each.episode_id === step.episode_id &&
      each.before !== null,
  )
  return next?.before ?? now.find((each) => each.episode_id === step.episode_id) ?? null
}
