/** What the pages of one wearer ask of the API. */
import { api, ask } from "$/api/client"

import type { ComplianceDay, Day, Status } from "./types"

export function statusOf(wearerId: string): Promise<Status> {
  const path = { wearer_id: wearerId }
  return ask(api.GET("/v1/wearers/{wearer_id}/status", { params: { path } }))
}

export interface WholeDay {
  day: Day
  compliance: ComplianceDay | null
}

/** A day, and what became of the conditions on it. */
export async function dayOf(wearerId: string, date: string): Promise<WholeDay> {
  const [day, compliance] = await Promise.all([
    ask(
      api.GET("/v1/wearers/{wearer_id}/days/{date}", {
        params: { path: { wearer_id: wearerId, date } },
      }),
    ),
    ask(
      api.GET("/v1/wearers/{wearer_id}/compliance", {
        params: { path: { wearer_id: wearerId }, query: { from: date, days: 1 } },
      }),
    ),
  ])
  return { day, compliance: compliance.days[0] ?? null }
}
