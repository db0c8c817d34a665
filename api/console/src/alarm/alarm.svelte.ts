/**
 * A new critical alert is heard, counted in the title, and said to screen readers, on every page.
 *
 * Sound is off until the operator turns it on; the choice is kept in this browser. Many at once make
 * one tone and one sentence.
 */
import type { Alert } from "$/api/types"
import { live, type LiveChange } from "$/live/alerts.svelte"
import { strings } from "$/strings"

import { Fresh } from "./fresh"
import { ready, sound } from "./tone"

const KEY = "ringfence.sound"
const APART_MS = 2_000

class Alarm {
  on = $state(localStorage.getItem(KEY) === "on")
  /** Sound is on, but the browser gives none before somebody has touched the page. */
  blocked = $state(false)
  /** New critical alerts that nobody has looked at. */
  unseen = $state(0)
  /** What screen readers say. */
  said = $state("")

  readonly #fresh = new Fresh()
  #gathered: Alert[] = []
  #gathering: ReturnType<typeof setTimeout> | undefined

  start(): void {
    live.onsnapshot(() => {
      this.#fresh.begin(live.alerts.values())
      this.unseen = this.#fresh.unseen
    })
    live.onchange((told) => {
      this.#take(told)
    })
    if (this.on) void this.#awake()
    for (const touch of ["pointerdown", "keydown"]) {
      window.addEventListener(touch, () => {
        if (this.on && this.blocked) void this.#awake()
      })
    }
  }

  /** Turn sound on, which is heard at once, or off. */
  async toggle(): Promise<void> {
    this.on = !this.on
    localStorage.setItem(KEY, this.on ? "on" : "off")
    this.blocked = false
    if (!this.on) return
    await this.#awake()
    sound()
  }

  /** Note that these alerts have been in sight. */
  saw(ids: Iterable<number>): void {
    if (document.visibilityState !== "visible" || !this.unseen) return
    for (const id of ids) this.#fresh.saw(id)
    this.unseen = this.#fresh.unseen
  }

  async #awake(): Promise<void> {
    this.blocked = !(await ready())
  }

  #take({ change, alert }: LiveChange): void {
    const fresh = this.#fresh.take(change.action, alert)
    this.unseen = this.#fresh.unseen
    if (!fresh) return
    this.#gathered.push(alert)
    if (this.#gathering !== undefined) return
    this.#tell()
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined
      if (this.#gathered.length) this.#tell()
    }, APART_MS)
  }

  #tell(): void {
    if (this.on) sound()
    const [first] = this.#gathered
    if (first) this.said = strings.alarm.said(this.#gathered.length, nameOf(first), first.kind)
    this.#gathered = []
  }
}

function nameOf(alert: Alert): string {
  return alert.wearer_name || (alert.subject ?? "")
}

export const alarm = new Alarm()
