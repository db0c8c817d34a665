/** The time, once a second, for everything that counts: one timer for the whole console. */
class Clock {
  /** Epoch milliseconds. */
  now = $state(Date.now())

  start(): void {
    setInterval(() => {
      this.now = Date.now()
    }, 1_000)
  }
}

export const clock = new Clock()
