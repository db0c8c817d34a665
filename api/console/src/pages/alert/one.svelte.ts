/**
 * One alert, whole, kept as the server has it.
 *
 * The stream says that something happened to it; then all of it is asked for again. While nothing is
 * said it may still move (a wearer goes farther away), so it is asked for now and then besides.
 */
import { api, ApiError, ask } from "$/api/client"
import type { AlertDetail } from "$/api/types"
import { live } from "$/live/alerts.svelte"

const AGAIN_MS = 30_000

export class OneAlert {
  detail = $state.raw<AlertDetail | null>(null)
  error = $state.raw<unknown>(null)
  /** Whether protected persons' places are asked for too. */
  reveal = $state(false)
  #asking = 0

  constructor(readonly alertId: number) {}

  /** Whether there is no such alert. */
  get missing(): boolean {
    return this.error instanceof ApiError && [404, 422].includes(this.error.status)
  }

  /** Keep it as the server has it; returns how to stop. */
  follow(): () => void {
    void this.load()
    const unlisten = live.onchange(({ alert }) => {
      if (alert.alert_id === this.alertId) void this.load()
    })
    const again = setInterval(() => {
      if (live.connection === "live") void this.load()
    }, AGAIN_MS)
    return () => {
      unlisten()
      clearInterval(again)
      this.#asking = -1
    }
  }

  /** Ask for all of it; of several answers the one to the newest question counts. */
  async load(): Promise<void> {
    const asked = ++this.#asking
    const answer = await ask(
      api.GET("/v1/alerts/{alert_id}", {
        params: {
          path: { alert_id: this.alertId },
          query: this.reveal ? { include: ["protected_positions"] } : {},
        },
      }),
    ).then(
      (detail) => ({ detail, error: null }),
      (error: unknown) => ({ detail: this.detail, error }),
    )
    if (asked !== this.#asking) return
    this.detail = answer.detail
    this.error = answer.error
  }

  /** Ask again, with protected persons' places or without. */
  show(protectedPlaces: boolean): void {
    this.reveal = protectedPlaces
    void this.load()
  }
}
