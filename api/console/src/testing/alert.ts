/** Alerts for tests: what matters to the test is given, the rest is ordinary. */
import type { Alert } from "$/api/types"

export const RAISED = "2026-03-01T21:00:00Z"

export function alert(alert_id: number, given: Partial<Alert> = {}): Alert {
  return {
    alert_id,
    wearer_id: `w${alert_id}`,
    wearer_name: `Wearer ${alert_id}`,
    subject: null,
    timezone: "America/Sao_Paulo",
    activation_id: alert_id,
    condition_id: null,
    zone_id: null,
    kind: "strap_tamper",
    severity: "critical",
    state: "open",
    raised_at: RAISED,
    raised_at_local: RAISED,
    started: RAISED,
    started_local: RAISED,
    updated_at: RAISED,
    episode_ids: [alert_id],
    count: 1,
    confirmed: true,
    restored: false,
    retracted: false,
    amended: false,
    coverage_gaps: [],
    page_due_at: RAISED,
    close_code: null,
    why: "Strap tamper since 18:00",
    assigned_to: null,
    acknowledged_at: null,
    acknowledged_by: null,
    respond_by: null,
    officers: [],
    agencies: [],
    ...given,
  }
}

export function byId(alerts: readonly Alert[]): Map<number, Alert> {
  return new Map(alerts.map((each) => [each.alert_id, each]))
}

export function ids(alerts: readonly Alert[]): number[] {
  return alerts.map((each) => each.alert_id)
}

/** A time so many minutes after the others. */
export function later(minutes: number): string {
  return new Date(Date.parse(RAISED) + minutes * 60_000).toISOString()
}
