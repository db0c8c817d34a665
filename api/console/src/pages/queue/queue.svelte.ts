/**
 * The queue as an operator works in it: filters, order, rows, and the alert he is on.
 *
 * It outlives the page, so that who comes back from an alert finds it as he left it. The alert he is
 * on is known by its id, keeps its place in the order, and stays even when it is closed or no longer
 * fits the filters, until he goes on to another.
 */
import { SvelteSet } from "svelte/reactivity"

import type { Alert } from "$/api/types"
import { live } from "$/live/alerts.svelte"
import { operator } from "$/operator/operator.svelte"
import { router } from "$/routing/router.svelte"

import { facets, type Filters, fitting, fromQuery, severities, toQuery } from "./filters"
import { comparing, including, sorted } from "./order"
import { wait } from "./pace"
import { indexOf, type Row, rowsOf } from "./rows"

class Queue {
  /** Id of the alert the operator is on. */
  cursor = $state<number | null>(null)
  readonly expanded = new SvelteSet<string>()
  /** Pixels scrolled. */
  top = $state(0)
  readonly filters = $derived(fromQuery(router.query))
  readonly rows: readonly Row[] = $derived.by(() => this.#arrange())
  readonly facets = $derived.by(() => (this.#shown < 0 ? null : facets(live.alerts.values())))
  readonly severities = $derived.by(() => severities(this.#shown < 0 ? [] : live.alerts.values()))
  readonly index = $derived(indexOf(this.rows, this.current))

  #shown = $state(-1)
  #held: Alert | null = null
  #gone: Alert | null = null
  #before: readonly Alert[] = []
  #done = -Infinity
  #scrolled = -Infinity
  #waiting: number | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The alert the operator is on, as it stands. */
  get current(): Alert | null {
    if (this.cursor === null || this.#shown < 0) return null
    return live.alerts.get(this.cursor) ?? this.#gone
  }

  /** Follow the live alerts while the page is shown; returns how to stop. */
  follow(): () => void {
    const stop = live.onchange(({ alert }) => {
      if (alert.alert_id === this.cursor && alert.state === "closed") this.#gone = alert
    })
    return () => {
      stop()
      clearTimeout(this.#timer)
      this.#waiting = null
    }
  }

  /** Something changed: show it when the time has come. */
  changed(): void {
    const now = performance.now()
    this.#waiting ??= now
    const pace = { now, done: this.#done, scrolled: this.#scrolled, waiting: this.#waiting }
    const delay = wait(pace)
    clearTimeout(this.#timer)
    if (delay > 0) {
      this.#timer = setTimeout(() => {
        this.changed()
      }, delay)
      return
    }
    this.#waiting = null
    this.#done = now
    this.#shown = live.revision
  }

  /** Somebody scrolled. */
  scrolled(top: number): void {
    this.top = top
    this.#scrolled = performance.now()
  }

  /** Go to an alert; null leaves the list. */
  go(alert: Alert | null): void {
    this.#held = alert
    this.#gone = null
    this.cursor = alert?.alert_id ?? null
  }

  /** Go so many rows down; from nowhere to the first. */
  move(by: number): void {
    const to = this.index < 0 ? 0 : this.index + by
    const row = this.rows[Math.min(this.rows.length - 1, Math.max(0, to))]
    if (row) this.go(row.alert)
  }

  /** Show or hide the other alerts of the row the operator is on. */
  expand(wanted: boolean): void {
    const row = this.rows[this.index]
    if (!row) return
    if (wanted) this.expanded.add(row.group)
    else {
      this.expanded.delete(row.group)
      const head = this.rows.find((each) => each.group === row.group)
      if (row.below && head) this.go(head.alert)
    }
  }

  /** Change filters, in the address bar. */
  filter(changes: Partial<Filters>): void {
    router.setQuery(toQuery(changes))
  }

  #arrange(): Row[] {
    const { cursor, filters } = this
    const shown = this.#shown
    if (shown < 0) return []
    const compare = comparing(filters.sort, this.#held)
    this.#before = sorted(this.#before, including(live.alerts, this.#gone), compare)
    const fits = fitting(filters, operator.name)
    const fitted = this.#before.filter((each) => each.alert_id === cursor || fits(each))
    return rowsOf(fitted, this.expanded, cursor, filters.flat)
  }
}

export const queue = new Queue()
