/** Counts changes between light and dark, whoever makes them: maps are painted anew then. */
import { appearance } from "$/shell/theme.svelte"

class Scheme {
  /** 0 until the first change. */
  changed = $state(0)

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.changed += 1
    })
    $effect.root(() => {
      let first = true
      $effect(() => {
        void appearance.theme
        if (!first) this.changed += 1
        first = false
      })
    })
  }
}

export const scheme = new Scheme()
