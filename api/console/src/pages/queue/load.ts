/**
 * How much the desk is asked: alarms in ten minutes and in an hour, for each operator at work.
 *
 * EEMUA 191 and ISA-18.2: one alarm in ten minutes is what an operator can deal with for long; more
 * than ten in ten minutes is a flood, in which alarms are missed. What is advisory asks for nothing
 * at once and is not counted. An operator is at work who did something within the hour.
 */
import type { Alert } from "$/api/types"
import type { LiveChange } from "$/live/alerts.svelte"
import { epoch } from "$/time/format"

export const TEN_MINUTES = 600_000
export const HOUR = 3_600_000
/** Alarms in ten minutes and for one operator from which on it is a flood. */
export const FLOOD = 10

export interface Load {
  tenMinutes: number
  hour: number
  operators: number
  flood: boolean
}

export class LoadMeter {
  readonly #raised = new Map<number, number>()
  readonly #active = new Map<string, number>()

  /** Count alerts that are there, and who acknowledged them. */
  see(alerts: Iterable<Alert>): void {
    for (const each of alerts) this.#see(each)
  }

  /** Count what a change tells. */
  take({ change, alert }: LiveChange): void {
    this.#see(alert)
    if (change.actor.startsWith("local")) this.#worked(change.actor, epoch(change.at))
  }

  /** What it comes to; `me` is at work in any case. */
  load(now: number, me: string): Load {
    forget(this.#raised, now - HOUR)
    forget(this.#active, now - HOUR)
    const names = new Set([...this.#active.keys(), me])
    const times = [...this.#raised.values()]
    const tenMinutes = times.filter((at) => at > now - TEN_MINUTES).length
    const operators = names.size
    return { tenMinutes, hour: times.length, operators, flood: tenMinutes > FLOOD * operators }
  }

  #see(alert: Alert): void {
    if (alert.severity !== "advisory") this.#raised.set(alert.alert_id, epoch(alert.raised_at))
    if (alert.acknowledged_by && alert.acknowledged_at)
      this.#worked(alert.acknowledged_by, epoch(alert.acknowledged_at))
  }

  #worked(actor: string, at: number): void {
    const name = actor.replace(/^local\//, "")
    this.#active.set(name, Math.max(at, this.#active.get(name) ?? 0))
  }
}

function forget<T>(times: Map<T, number>, before: number): void {
  for (const [key, at] of times) if (at <= before) times.delete(key)
}
