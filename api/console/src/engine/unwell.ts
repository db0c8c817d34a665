/**
 * What is not well with the engine itself, as people must hear it: what, since when, and what it
 * means for those who work. A `grave` one means that an alert may not come; the others that some
 * come late, or that some wearers are not watched.
 */
import type { Schemas } from "$/api/types"

export type Floor = Schemas["FloorOut"]
type Check = Schemas["CheckOut"]

export type Cause =
  | "unreachable"
  | "store"
  | "engine"
  | "source"
  | "canary"
  | "unpublished"
  | "backlog"
  | "vendor"
  | "silence"

export interface Unwell {
  cause: Cause
  grave: boolean
  /** Epoch milliseconds by the engine's clock; null if nobody knows. */
  since: number | null
  /** In the engine's words; empty if there are none. */
  detail: string
  /** The vendor, where it is about one. */
  subject: string
}

/** A check has to be bad for so long (engine time) before it is said: a reconnection is shorter. */
export const LASTING_MS = 5_000

/**
 * What the floor says is not well, the gravest and then the oldest first.
 *
 * One silent vendor is one line; when all are silent no alert can come, whoever is to blame. What
 * only follows from something graver is left out.
 */
export function unwell(floor: Floor): Unwell[] {
  const asOf = Date.parse(floor.as_of)
  const found = floor.checks
    .filter((check) => !check.ok && lasts(check, asOf))
    .map((check) => ofCheck(check))
  const silent = floor.vendors.flatMap((each) => each.silent_since ?? [])
  const all = silent.length > 0 && silent.length === floor.vendors.length
  if (all) {
    const since = Math.min(...silent.map((each) => Date.parse(each)))
    found.push({ cause: "silence", grave: true, since, detail: "", subject: "" })
  }
  if (!found.length) found.push(...lesser(floor))
  return found.sort((a, b) => (a.since ?? asOf) - (b.since ?? asOf))
}

/** What makes alerts late, or leaves some wearers unwatched. */
function lesser(floor: Floor): Unwell[] {
  const { canary } = floor
  const running = floor.alarms.flatMap((alarm): Unwell[] => {
    const since = Date.parse(alarm.since)
    const { detail } = alarm
    if (alarm.kind === "backlog")
      return [{ cause: "backlog", grave: false, since, detail, subject: "" }]
    if (alarm.kind !== "vendor_silent") return []
    const subject = alarm.subject.replace(/^vendor\//, "")
    return [{ cause: "vendor", grave: false, since, detail: "", subject }]
  })
  if (canary.state !== "unpublished") return running
  const since = time(canary.lost_since)
  const { detail } = canary
  return [...running, { cause: "unpublished", grave: false, since, detail, subject: "" }]
}

/** That the server has not answered since then. */
export function unreachable(since: number): Unwell {
  return { cause: "unreachable", grave: true, since, detail: "", subject: "" }
}

/** Since when no alert can be trusted to arrive; null if all of them can, or nobody knows. */
export function untrustedSince(found: readonly Unwell[]): number | null {
  const known = found.flatMap((each) => (each.grave && each.since !== null ? [each.since] : []))
  return known.length ? Math.min(...known) : null
}

function lasts(check: Check, asOf: number): boolean {
  const since = time(check.since)
  return since === null || asOf - since >= LASTING_MS
}

function ofCheck(check: Check): Unwell {
  return {
    cause: check.name,
    grave: true,
    since: time(check.since),
    detail: check.detail,
    subject: "",
  }
}

function time(text: string | null): number | null {
  return text === null ? null : Date.parse(text)
}
