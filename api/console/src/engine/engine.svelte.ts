/**
 * How the engine is, for the banner of every page and for the wall view: asked every few seconds.
 *
 * `floor` is the last answer and stays when the next one fails; `heardAt` says how old it is, by
 * this screen's clock, and `failedSince` since when none has come, by the engine's.
 */
import { api, ask } from "$/api/client"
import { clock } from "$/time/clock.svelte"

import type { Floor } from "./unwell"

const EVERY_MS = 5_000
const WATCHED_EVERY_MS = 2_000
/** A server that takes longer is as good as away. */
const PATIENCE_MS = 8_000

class EngineState {
  floor = $state.raw<Floor | null>(null)
  heardAt = $state<number | null>(null)
  failedSince = $state<number | null>(null)
  error = $state.raw<unknown>(null)

  #next: ReturnType<typeof setTimeout> | undefined
  #watchers = 0
  #asking = false

  /** Begin to ask, and go on. */
  start(): void {
    void this.look()
    window.addEventListener("online", () => void this.look())
  }

  /** Ask more often for as long as somebody looks at the answer; returns how to stop. */
  watch(): () => void {
    this.#watchers += 1
    void this.look()
    return () => {
      this.#watchers -= 1
    }
  }

  /** Ask now. */
  async look(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    clearTimeout(this.#next)
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      this.floor = await ask(api.GET("/v1/floor", { signal }))
      this.heardAt = Date.now()
      this.failedSince = null
      this.error = null
    } catch (error) {
      this.failedSince ??= this.floor ? Date.parse(this.floor.as_of) : clock.now
      this.error = error
    } finally {
      this.#asking = false
      this.#next = setTimeout(() => void this.look(), this.#watchers ? WATCHED_EVERY_MS : EVERY_MS)
    }
  }
}

export const engine = new EngineState()
