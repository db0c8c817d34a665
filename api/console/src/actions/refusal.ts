/** Why an action was not done, as a colleague would say it. */
import { ApiError } from "$/api/client"
import type { AlertState } from "$/api/types"
import { strings } from "$/strings"
import { hourMinute, zoneName } from "$/time/format"

/** The reason of a failure; of what an alert's state forbids, who brought that state about. */
export function reasonOf(error: unknown, zone: string): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const { problem } = error
  if (error.kind !== "alert-state" || typeof problem?.at !== "string") return error.message
  const { by, at, state } = problem
  const say = strings.actions.forbidden[state as AlertState] as
    ((who: string, at: string) => string) | undefined
  const who = nameOf(typeof by === "string" ? by : null) ?? strings.actions.somebody
  return say ? say(who, `${hourMinute(at, zone)} ${zoneName(at, zone)}`) : error.message
}

/** `kim` of `local/kim`, `engine`, or null for somebody without a name. */
export function nameOf(actor: string | null): string | null {
  if (!actor || actor === "local") return null
  return actor.startsWith("local/") ? actor.slice("local/".length) : actor
}
