/** Kinds of episodes in words. */
import type { EpisodeKind } from "$/api/types"

/** `Curfew left during`: the field's own terms, readable. */
export function kindName(kind: EpisodeKind): string {
  const text = kind.replaceAll("_", " ").replace("gnss", "GNSS").replace("sos", "SOS")
  return text.charAt(0).toUpperCase() + text.slice(1)
}
