/** Kinds of episodes in words. */
import type { EpisodeKind } from "$/api/types"
import { strings } from "$/strings"

import type { ConditionNow } from "./types"

/** `Curfew left during`: the field's own terms, readable. */
export function kindName(kind: EpisodeKind): string {
  const text = kind.replaceAll("_", " ").replace("gnss", "GNSS").replace(/^sos$/, "SOS")
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `Curfew night`: what it asks, and its id where that says more. */
export function conditionName(kind: ConditionNow["kind"], conditionId: string): string {
  const name = strings.wearer.kinds[kind]
  return sayNothing(kind, conditionId) ? name : `${name} ${conditionId}`
}

function sayNothing(kind: string, conditionId: string): boolean {
  const said = [kind, strings.wearer.kinds[kind as ConditionNow["kind"]]]
  return said.some((each) => bare(each) === bare(conditionId))
}

function bare(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "")
}
