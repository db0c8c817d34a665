/**
 * What an operator does to alerts, wherever it is asked for: the queue, an alert's page.
 *
 * An action shows as under way at once and as done only when the server has confirmed it. While the
 * picture is not live nothing is sent: it may rest on what is no longer so.
 */
import { SvelteMap, SvelteSet } from "svelte/reactivity"

import { api, ask } from "$/api/client"
import type { Alert, CloseCode, Schemas } from "$/api/types"
import { live } from "$/live/alerts.svelte"
import { strings } from "$/strings"

import { reasonOf } from "./refusal"

export type Deed = "acknowledge" | "close" | "note" | "assign"
/** Actions that need a word first. */
export type Asking = Exclude<Deed, "acknowledge">

/** A form that is open, and for which alert. */
export interface Asked {
  deed: Asking
  alert: Alert
}

/** How the last action went, for a line that screen readers speak. */
export interface Said {
  alertId: number
  text: string
  failed: boolean
}

class Desk {
  /** What is under way, by alert id. */
  readonly underWay = new SvelteMap<number, Deed>()
  said = $state.raw<Said | null>(null)
  /** The form that is open, and for which alert. */
  asked = $state.raw<Asked | null>(null)
  /** Alerts that show their form themselves; of others it is a dialog. */
  readonly inline = new SvelteSet<number>()

  /** Whether anything can be done now. */
  get able(): boolean {
    return live.connection === "live"
  }

  /** Open the form of an action; says why if nothing can be done now. */
  open(deed: Asking, alert: Alert): void {
    if (this.able) this.asked = { deed, alert }
    else this.#say(alert, strings.actions.notLive, true)
  }

  acknowledge(alert: Alert, note?: string): Promise<boolean> {
    const path = { alert_id: alert.alert_id }
    return this.#do("acknowledge", alert, () =>
      ask(
        api.POST("/v1/alerts/{alert_id}/acknowledge", {
          params: { path },
          body: note ? { note } : {},
        }),
      ),
    )
  }

  close(alert: Alert, code: CloseCode, note: string): Promise<boolean> {
    const path = { alert_id: alert.alert_id }
    return this.#do("close", alert, () =>
      ask(api.POST("/v1/alerts/{alert_id}/close", { params: { path }, body: { code, note } })),
    )
  }

  note(alert: Alert, note: string): Promise<boolean> {
    const path = { alert_id: alert.alert_id }
    return this.#do("note", alert, () =>
      ask(api.POST("/v1/alerts/{alert_id}/notes", { params: { path }, body: { note } })),
    )
  }

  /** Put an alert into somebody's hands; null: nobody's. */
  assign(alert: Alert, to: string | null, note?: string): Promise<boolean> {
    const path = { alert_id: alert.alert_id }
    return this.#do("assign", alert, () =>
      ask(
        api.POST("/v1/alerts/{alert_id}/assign", {
          params: { path },
          body: note ? { to, note } : { to },
        }),
      ),
    )
  }

  async #do(deed: Deed, alert: Alert, send: () => Promise<Schemas["ActionOut"]>): Promise<boolean> {
    const who = strings.actions.about(alert.wearer_name || (alert.subject ?? ""), alert.kind)
    if (!this.able) {
      this.#say(alert, strings.actions.notLive, true)
      return false
    }
    if (this.underWay.has(alert.alert_id)) return false
    this.underWay.set(alert.alert_id, deed)
    try {
      const answer = await send()
      live.take(answer)
      this.#say(alert, strings.actions[answer.changed ? "done" : "already"][deed](who), false)
      return true
    } catch (error) {
      this.#say(alert, strings.actions.failed(who, reasonOf(error, alert.timezone)), true)
      return false
    } finally {
      this.underWay.delete(alert.alert_id)
    }
  }

  #say({ alert_id: alertId }: Alert, text: string, failed: boolean): void {
    this.said = { alertId, text, failed }
  }
}

export const desk = new Desk()
