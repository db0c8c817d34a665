/** What of a wearer stands out in the list. */
import type { Severity } from "$/api/types"

import type { Summary } from "../wearer/types"

/** Percent; the engine's own level of a low battery. */
export const BATTERY_LOW = 20

const WORST_FIRST: readonly Severity[] = ["critical", "serious", "system", "advisory"]

/** The worst severity of the alerts that are not closed; null: there is none. */
export function worstOpen(counts: Summary["open_alerts"]): Severity | null {
  return WORST_FIRST.find((each) => counts[each] > 0) ?? null
}
