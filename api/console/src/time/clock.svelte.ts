/**
 * The time by the engine's clock, once a second, for everything that counts.
 *
 * A screen's own clock may be wrong by minutes, and a simulation's runs faster, so the engine is
 * asked what time it is; between answers the screen's clock only measures how long that is ago.
 */
import { api } from "$/api/client"

import { type Reading, timeAt } from "./reading"

const ASK_EVERY_MS = 60_000

class Clock {
  /** Epoch milliseconds by the engine's clock. */
  now = $state(Date.now())
  /** Epoch milliseconds by this screen's clock: for how long ago something happened here. */
  here = $state(Date.now())
  #reading: Reading = { engine: Date.now(), here: performance.now(), speed: 1 }

  start(): void {
    void this.#ask()
    setInterval(() => void this.#ask(), ASK_EVERY_MS)
    setInterval(() => {
      this.#tick()
    }, 1_000)
  }

  async #ask(): Promise<void> {
    const asked = performance.now()
    const { data } = await api.GET("/v1/clock").catch(() => ({ data: undefined }))
    if (!data) return
    // The answer was written, at best knowledge, half way between question and arrival.
    const here = (asked + performance.now()) / 2
    this.#reading = { engine: Date.parse(data.now), here, speed: data.speed }
    this.#tick()
  }

  #tick(): void {
    this.here = Date.now()
    this.now = timeAt(this.#reading, performance.now())
  }
}

export const clock = new Clock()
