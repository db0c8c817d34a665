/** One zone being edited: the draft with its history, what is in hand, and what is noticed in it. */
import { type DraftFindings, askAbout } from "./calls"
import { type Draft, differs, featureOf } from "./draft"
import { begin, changed, redone, undone } from "./history"
import type { Shape } from "./shape"

const PAUSE_MS = 120

export class Editing {
  history = $state.raw(begin<Draft>({ name: "", shape: null, effectiveFrom: null }))
  /** The shape while it is dragged; null: as in the draft. */
  inHand = $state.raw<Shape | null>(null)
  noticed = $state.raw<DraftFindings | null>(null)
  failure = $state.raw<unknown>(null)
  asking = $state(false)
  readonly #from: Draft
  readonly #zoneId: string | null
  #asked: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Edit what a draft says; `zoneId` is that of a stored zone, whose users are looked at too. */
  constructor(from: Draft, zoneId: string | null) {
    this.#from = from
    this.#zoneId = zoneId
    this.history = begin(from)
    this.ask()
  }

  get draft(): Draft {
    return this.history.present
  }

  get shape(): Shape | null {
    return this.inHand ?? this.draft.shape
  }

  get changed(): boolean {
    return differs(this.draft, this.#from)
  }

  /** Change the draft; each change can be undone. */
  set(change: Partial<Draft>): void {
    this.inHand = null
    this.history = changed(this.history, { ...this.draft, ...change })
    this.ask()
  }

  /** The hand is still moving it. */
  move(shape: Shape | null): void {
    this.inHand = shape
    this.ask()
  }

  /** The hand holds nothing any more. */
  rest(): void {
    this.inHand = null
    this.ask()
  }

  undo(): void {
    this.inHand = null
    this.history = undone(this.history)
    this.ask()
  }

  redo(): void {
    this.inHand = null
    this.history = redone(this.history)
    this.ask()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#asked?.abort()
  }

  /** Ask what is to be said of it, once the hand rests for a moment. */
  ask(): void {
    this.stop()
    const feature = featureOf({ ...this.draft, shape: this.shape }, this.#zoneId)
    this.asking = feature !== null
    if (!feature) {
      this.noticed = null
      return
    }
    const asked = (this.#asked = new AbortController())
    this.#timer = setTimeout(() => {
      askAbout(feature, asked.signal).then(
        (noticed) => {
          if (asked.signal.aborted) return
          this.noticed = noticed
          this.failure = null
          this.asking = false
        },
        (error: unknown) => {
          if (asked.signal.aborted) return
          this.failure = error
          this.noticed = null
          this.asking = false
        },
      )
    }, PAUSE_MS)
  }
}
