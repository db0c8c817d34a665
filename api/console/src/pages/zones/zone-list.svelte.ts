/** The zones that a search finds; where they are more than a page, those of the map's view. */
import type { Bounds } from "$/map/geometry"

import { type Listed, type ListState, listZones } from "./calls"

const SETTLED_MS = 200

export class ZoneList {
  listed = $state.raw<Listed | null>(null)
  error = $state.raw<unknown>(null)
  busy = $state(false)
  #asked: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #view: Bounds | null = null
  #search = { q: "", state: "in_effect" as ListState }

  /** Look for other zones. */
  search(q: string, state: ListState): void {
    this.#search = { q, state }
    this.#soon(null)
  }

  /** The map shows another part: it matters where not all zones are here. */
  look(view: Bounds): void {
    this.#view = view
    if (this.listed?.more) this.#soon(view)
  }

  again(): void {
    void this.#ask(this.#view)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#asked?.abort()
  }

  #soon(view: Bounds | null): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(view), this.listed ? SETTLED_MS : 0)
  }

  async #ask(bbox: Bounds | null): Promise<void> {
    this.#asked?.abort()
    const asked = (this.#asked = new AbortController())
    this.busy = true
    try {
      const found = await listZones({ ...this.#search, bbox }, asked.signal)
      if (asked.signal.aborted) return
      // Within a view fewer may be found: there are more elsewhere all the same.
      this.listed = bbox ? { ...found, more: true } : found
      this.error = null
    } catch (error) {
      if (!asked.signal.aborted) this.error = error
    } finally {
      if (this.#asked === asked) this.busy = false
    }
  }
}
