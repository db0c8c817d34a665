/**
 * What counts as a new critical alert, and which of those nobody has looked at yet.
 *
 * New is one that becomes critical: raised so, or made so by what came later. One alert is new once,
 * however often it repeats; what a snapshot holds was there before.
 */
import type { Alert, Change } from "$/api/types"

const BY_ENGINE: readonly Change["action"][] = ["raised", "repeated", "progressed", "amended"]

export class Fresh {
  readonly #known = new Set<number>()
  readonly #unseen = new Set<number>()

  get unseen(): number {
    return this.#unseen.size
  }

  /** Begin anew from everything that is there. */
  begin(alerts: Iterable<Alert>): void {
    this.#known.clear()
    for (const each of alerts) if (each.severity === "critical") this.#known.add(each.alert_id)
    for (const id of this.#unseen) if (!this.#known.has(id)) this.#unseen.delete(id)
  }

  /** Take a change; true if it makes a new critical alert. */
  take(action: Change["action"], alert: Alert): boolean {
    const id = alert.alert_id
    if (alert.state !== "open") {
      this.#unseen.delete(id)
      if (alert.state === "closed") this.#known.delete(id)
      return false
    }
    const critical = alert.severity === "critical" && !alert.retracted
    if (!critical || this.#known.has(id) || !BY_ENGINE.includes(action)) return false
    this.#known.add(id)
    this.#unseen.add(id)
    return true
  }

  /** Somebody has looked at it; true if that is news. */
  saw(id: number): boolean {
    return this.#unseen.delete(id)
  }
}
