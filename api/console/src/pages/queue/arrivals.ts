/** Which new alerts the operator has not had in sight, and how many of them stand above it. */
import type { Alert, Change } from "$/api/types"

import type { Row } from "./rows"

export class Arrivals {
  readonly #unseen = new Set<number>()

  take(action: Change["action"], alert: Alert): void {
    if (action === "raised") this.#unseen.add(alert.alert_id)
    else if (alert.state === "closed") this.#unseen.delete(alert.alert_id)
  }

  saw(ids: Iterable<number>): void {
    for (const id of ids) this.#unseen.delete(id)
  }

  /** How many rows above a row hold one. */
  above(rows: readonly Row[], row: number): number {
    if (!this.#unseen.size) return 0
    let count = 0
    for (const { alert } of rows.slice(0, row)) if (this.#unseen.has(alert.alert_id)) count += 1
    return count
  }
}
