/** The hours of a condition while they are edited: not stored before they are saved. */
import type { Schemas } from "$/api/types"
import { DRAFT_KEY } from "$/drafts/key"

import type { Condition, OrderVersion } from "./data"
import { readRows, type Row, writeRows } from "./week"

export type ConditionIn = Schemas["ConditionIn"]
export type ScheduleIn = Schemas["ScheduleIn"]
type Span = Schemas["SpanIn"]
type Extra = Schemas["ExtraIn"]

export class Draft {
  rows = $state.raw<Row[]>([])
  suspensions = $state.raw<Span[]>([])
  extra = $state.raw<Extra[]>([])

  readonly condition: Condition

  constructor(condition: Condition) {
    this.condition = condition
    this.#take(condition)
  }

  /** The condition as it would be stored. Passes are granted by themselves, and stay. */
  get written(): ConditionIn {
    return {
      ...this.condition,
      weekly: writeRows(this.rows),
      suspensions: this.suspensions,
      extra: this.extra,
    }
  }

  get changed(): boolean {
    const before = { ...this.condition, weekly: writeRows(readRows(this.condition.weekly)) }
    return hoursOf(this.written) !== hoursOf(before)
  }

  /** The hours alone, to be previewed. */
  schedule(timezone: string): ScheduleIn {
    return scheduleOf(this.written, timezone)
  }

  discard(): void {
    this.#take(this.condition)
  }

  /** Take other hours, as holidays or a colleague's newer version make them. */
  take(fields: { weekly: Schemas["WeeklyIn"][]; suspensions: Span[]; extra: Extra[] }): void {
    this.#take(fields)
  }

  /** Keep for the dry run's page. */
  keep(order: OrderVersion): void {
    const conditions = [{ order_id: order.order_id, condition: this.written }]
    sessionStorage.setItem(DRAFT_KEY, JSON.stringify({ conditions }))
  }

  #take(fields: { weekly: Schemas["WeeklyIn"][]; suspensions: Span[]; extra: Extra[] }): void {
    this.rows = readRows(fields.weekly)
    this.suspensions = [...fields.suspensions].sort(byStart)
    this.extra = [...fields.extra].sort(byStart)
  }
}

export function scheduleOf(condition: ConditionIn, timezone: string): ScheduleIn {
  const { weekly, passes, suspensions, extra } = condition
  const { ical = null, effective_from = null, effective_until = null } = condition
  return { weekly, passes, suspensions, extra, ical, effective_from, effective_until, timezone }
}

function hoursOf({ weekly, suspensions, extra }: ConditionIn): string {
  return JSON.stringify([weekly, [...suspensions].sort(byStart), [...extra].sort(byStart)])
}

export function byStart(one: Span, other: Span): number {
  return Date.parse(one.start) - Date.parse(other.start)
}

/** An order as it is sent back with one condition changed. */
export function orderWith(order: OrderVersion, condition: ConditionIn): Schemas["OrderIn"] {
  const { wearer_id, agency, officer, effective_from, effective_until, plan, classes } = order
  const conditions = order.conditions.map((each) => (each.id === condition.id ? condition : each))
  return {
    wearer_id,
    agency,
    officer,
    effective_from,
    effective_until,
    plan,
    classes,
    conditions,
    expected_version: order.version,
    replaces_later: false,
    reason: "",
  }
}
