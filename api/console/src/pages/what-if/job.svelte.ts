/** A dry run: asked, followed while it is judged, given up. */
import { api, ApiError, ask } from "$/api/client"
import type { Schemas } from "$/api/types"

import type { Change } from "./change"

type DryRun = Schemas["DryRunOut"]
const WAIT_S = 2
const PAUSE_MS = 1_000

export class Job {
  run = $state.raw<DryRun | null>(null)
  /** The server keeps no answer of this number any more. */
  gone = $state(false)
  error = $state.raw<unknown>(null)
  asking = $state(false)
  #turn = 0

  get unfinished(): boolean {
    return this.asking || this.run?.state === "waiting" || this.run?.state === "running"
  }

  /** Ask what a change would have meant; returns the number of the dry run. */
  async ask(change: Change, days: number): Promise<number | null> {
    this.#reset()
    this.asking = true
    try {
      const body = { days, wearer_ids: [], orders: [], ...change }
      this.run = await ask(api.POST("/v1/dry-runs", { body }))
      return this.run.dry_run_id
    } catch (failed) {
      this.error = failed
      return null
    } finally {
      this.asking = false
    }
  }

  /** Follow a dry run until it is over, or until another is followed. */
  async follow(id: number): Promise<void> {
    const turn = ++this.#turn
    const params = { path: { dry_run_id: id }, query: { wait_s: WAIT_S } }
    for (;;) {
      try {
        const found = await ask(api.GET("/v1/dry-runs/{dry_run_id}", { params }))
        if (turn !== this.#turn) return
        this.run = found
        this.error = null
        if (!this.unfinished) return
      } catch (failed) {
        if (turn !== this.#turn) return
        if (failed instanceof ApiError && failed.status === 404) {
          this.gone = true
          return
        }
        this.error = failed
        await new Promise((wait) => setTimeout(wait, PAUSE_MS))
      }
    }
  }

  async cancel(): Promise<void> {
    if (!this.run) return
    const params = { path: { dry_run_id: this.run.dry_run_id } }
    try {
      this.run = await ask(api.DELETE("/v1/dry-runs/{dry_run_id}", { params }))
    } catch (failed) {
      this.error = failed
    }
  }

  leave(): void {
    this.#turn += 1
  }

  #reset(): void {
    this.#turn += 1
    this.run = null
    this.gone = false
    this.error = null
  }
}
