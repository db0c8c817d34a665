/**
 * Every alert that is not closed, live: one stream for the whole console.
 *
 * The server sends a snapshot, then each change once with an id that only grows; a browser that
 * reconnects says where it stood, so nothing is missed and nothing comes twice. `alerts` is one map
 * that is changed in place; `revision` grows once per frame in which something changed, so that
 * twenty changes a second cost at most one redraw each frame.
 */
import { untrack } from "svelte"

import type { Alert, Change } from "$/api/types"
import { clock } from "$/time/clock.svelte"

import { after, type Connection, type Heard, SILENT_MS } from "./stale"

/** Actions are also the names of the stream's events; the type holds that none is forgotten. */
const ACTIONS = Object.keys({
  raised: true,
  repeated: true,
  progressed: true,
  amended: true,
  retracted: true,
  restored: true,
  acknowledged: true,
  noted: true,
  assigned: true,
  closed: true,
  coverage_gap: true,
} satisfies Record<Change["action"], true>)

const REOPEN_MS = 2_000

/** A change as the stream tells it, with the alert after it. */
export interface LiveChange {
  change: Change
  alert: Alert
}

type Listener = (told: LiveChange) => void

class LiveAlerts {
  /** By alert id; read `revision` to be told of changes. */
  readonly alerts = new Map<number, Alert>()
  revision = $state(0)
  connection = $state<Connection>("connecting")
  /** As of when the picture is complete: by the engine's clock, and by this screen's own. */
  asOf = $state.raw<{ engine: number; here: number } | null>(null)

  #source: EventSource | null = null
  #newest = 0
  #frame = 0
  #silence: ReturnType<typeof setTimeout> | undefined
  #reopening: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<Listener>()
  readonly #renewed = new Set<() => void>()

  /** Open the stream, and keep it open. */
  start(): void {
    this.#open()
    window.addEventListener("online", () => {
      if (this.connection === "lost") this.#open()
    })
    window.addEventListener("offline", () => {
      this.#hear("broken")
    })
  }

  /** Be told of every change as it comes; returns how to stop. Not called for snapshots. */
  onchange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Be told when all alerts were read anew, now or next time; returns how to stop. */
  onsnapshot(listener: () => void): () => void {
    this.#renewed.add(listener)
    if (this.#newest) listener()
    return () => this.#renewed.delete(listener)
  }

  /** Take what an action answered, unless the stream has told of its change already. */
  take({ alert, change }: { alert: Alert; change: { change_id: number } | null }): void {
    if (change && change.change_id > this.#newest) this.#keep(alert)
  }

  #open(): void {
    this.#source?.close()
    clearTimeout(this.#reopening)
    const from = this.#newest && this.asOf !== null ? `?after=${this.#newest}` : ""
    const source = new EventSource(`/v1/alerts/stream${from}`)
    this.#source = source
    source.addEventListener("snapshot", (event) => {
      const { change_id, alerts } = JSON.parse(event.data) as { change_id: number; alerts: Alert[] }
      this.alerts.clear()
      for (const each of alerts) this.alerts.set(each.alert_id, each)
      this.#newest = change_id
      this.#hear("snapshot")
      for (const each of this.#renewed) each()
      this.#changed()
    })
    for (const action of ACTIONS) {
      source.addEventListener(action, (event) => {
        this.#change(JSON.parse(event.data) as LiveChange)
      })
    }
    source.addEventListener("alive", () => {
      this.#hear("alive")
    })
    source.addEventListener("error", () => {
      this.#hear("broken")
      // A refusal ends an EventSource for good.
      if (source.readyState === EventSource.CLOSED) this.#reopen()
    })
    this.#listen()
  }

  #reopen(): void {
    clearTimeout(this.#reopening)
    this.#reopening = setTimeout(() => {
      this.#open()
    }, REOPEN_MS)
  }

  #change(told: LiveChange): void {
    if (told.change.change_id > this.#newest) {
      this.#newest = told.change.change_id
      this.#keep(told.alert)
      for (const each of this.#listeners) each(told)
    }
    this.#hear("change")
  }

  #keep(alert: Alert): void {
    if (alert.state === "closed") this.alerts.delete(alert.alert_id)
    else this.alerts.set(alert.alert_id, alert)
    this.#changed()
  }

  #hear(heard: Heard): void {
    this.connection = after(this.connection, heard)
    if (heard === "broken" || heard === "silence") return
    this.asOf = { engine: untrack(() => clock.now), here: Date.now() }
    this.#listen()
  }

  /** Wait for the next word; too long a silence is a lost connection, even while it looks open. */
  #listen(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      this.#hear("silence")
      this.#open()
    }, SILENT_MS)
  }

  #changed(): void {
    if (this.#frame) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.revision += 1
    })
  }
}

export const live = new LiveAlerts()
