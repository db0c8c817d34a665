/** The history of an order: what was recorded as one change is one, whatever versions it took. */
import type { OrderVersion } from "./data"
import { differences } from "./differences"

export interface OrderChange {
  /** By number; of several, the last holds now or later. */
  versions: OrderVersion[]
  /** From when on it changed what holds; null: later changes replaced all of it. */
  from: string | null
  until: string | null
  /** What it says otherwise than what held at its time; null of the first version. */
  differences: string[] | null
}

/** Return the changes of an order, newest first. */
export function history(
  versions: readonly OrderVersion[],
  name: (zoneId: string) => string,
): OrderChange[] {
  const groups: OrderVersion[][] = []
  for (const version of versions) {
    const last = groups.at(-1)
    if (last?.[0] && oneChange(last[0], version)) last.push(version)
    else groups.push([version])
  }
  let before = 0
  return groups
    .map((group) => {
      const known = versions.slice(0, before)
      before += group.length
      const standing = group.filter((each) => each.holds_from !== null)
      return {
        versions: group,
        from: standing[0]?.holds_from ?? null,
        until: standing.at(-1)?.holds_until ?? null,
        differences: known.length ? told(group, known, name) : null,
      }
    })
    .reverse()
}

function told(
  group: readonly OrderVersion[],
  known: readonly OrderVersion[],
  name: (zoneId: string) => string,
): string[] {
  const found = group.flatMap((version) => {
    const former = heldAt(known, takesEffect(version))
    return former ? differences(former, version, name) : []
  })
  return [...new Set(found)]
}

/** The version that held at an instant, before later ones were known. */
export function heldAt(versions: readonly OrderVersion[], at: number): OrderVersion | null {
  // The highest number that had taken effect by then counts.
  return versions.findLast((each) => takesEffect(each) <= at) ?? versions[0] ?? null
}

function takesEffect({ version_from, effective_from }: OrderVersion): number {
  return Date.parse(version_from ?? effective_from)
}

function oneChange(one: OrderVersion, other: OrderVersion): boolean {
  return (
    one.recorded_at !== null &&
    one.recorded_at === other.recorded_at &&
    one.recorded_by === other.recorded_by &&
    one.reason === other.reason
  )
}
