import { ApiError } from "$/api/client"

/**
 * An answer of the API that is asked for again and again while somebody looks.
 *
 * What was answered last stays while the next is on its way; a failure is told beside it, so that
 * an old picture never passes for a new one.
 */
export class Polled<T> {
  data = $state.raw<T | null>(null)
  error = $state.raw<unknown>(null)
  /** Epoch milliseconds by this screen's clock of the last answer; 0: none yet. */
  answeredAt = $state(0)

  readonly #load: () => Promise<T>
  readonly #everyMs: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #turn = 0

  /** `everyMs` 0 asks once. */
  constructor(load: () => Promise<T>, everyMs: number) {
    this.#load = load
    this.#everyMs = everyMs
  }

  /** Ask now, and go on asking; returns how to stop. */
  start(): () => void {
    const seen = () => {
      if (!document.hidden) void this.refresh()
    }
    document.addEventListener("visibilitychange", seen)
    void this.refresh()
    return () => {
      document.removeEventListener("visibilitychange", seen)
      clearTimeout(this.#timer)
      this.#turn += 1
    }
  }

  /** Ask at once; an answer that was overtaken is dropped. */
  refresh = async (): Promise<void> => {
    clearTimeout(this.#timer)
    const turn = ++this.#turn
    try {
      const data = await this.#load()
      if (turn !== this.#turn) return
      this.data = data
      this.error = null
      this.answeredAt = Date.now()
    } catch (error) {
      if (turn !== this.#turn) return
      this.error = error
      // What is not there will not come by asking every two seconds.
      if (error instanceof ApiError && error.status === 404) return
    }
    if (this.#everyMs && !document.hidden)
      this.#timer = setTimeout(() => void this.refresh(), this.#everyMs)
  }
}
