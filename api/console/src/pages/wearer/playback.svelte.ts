/** The time of day that is shown, and how it goes on by itself. */
export const SPEEDS = [60, 300, 900, 3_600] as const

export class Playback {
  /** Epoch milliseconds. */
  at = $state(0)
  playing = $state(false)
  /** Seconds of the day in a real second. */
  speed = $state<number>(900)

  #start = 0
  #end = 0
  #frame = 0
  #last = 0

  /** Say from when until when there is something to show. */
  within(start: number, end: number): void {
    this.#start = start
    this.#end = Math.max(start, end)
    this.go(this.at)
  }

  /** Go to an instant; one out of the day is its nearest end. */
  go(at: number): void {
    this.at = Math.min(this.#end, Math.max(this.#start, at))
  }

  toggle = (): void => {
    if (this.playing) this.pause()
    else this.play()
  }

  play(): void {
    if (this.at >= this.#end) this.at = this.#start
    this.playing = true
    this.#last = performance.now()
    this.#frame = requestAnimationFrame(this.#step)
  }

  pause = (): void => {
    this.playing = false
    cancelAnimationFrame(this.#frame)
  }

  readonly #step = (now: number): void => {
    if (!this.playing) return
    this.go(this.at + (now - this.#last) * this.speed)
    this.#last = now
    if (this.at >= this.#end) this.pause()
    else this.#frame = requestAnimationFrame(this.#step)
  }
}
