/**
 * Every shortcut, in one table: what the keys do is what the help says.
 *
 * A page registers its own while it is shown; the last one registered for a key has it. Keys do
 * nothing while somebody writes, and nothing with Ctrl, Alt or Meta held.
 */
import { untrack } from "svelte"

import { isWriting, keyOf } from "./keys"

export interface Shortcut {
  /** As `KeyboardEvent.key` names it, such as `j`, `/`, `?`, `Enter`. */
  keys: readonly string[]
  /** What it does, for the help. */
  text: string
  run: (event: KeyboardEvent) => void
}

class Shortcuts {
  groups = $state.raw<readonly (readonly Shortcut[])[]>([])

  /** Add shortcuts; returns how to take them away. Made for `$effect(() => shortcuts.add([…]))`. */
  add(group: readonly Shortcut[]): () => void {
    this.groups = [...untrack(() => this.groups), group]
    return () => {
      this.groups = untrack(() => this.groups).filter((each) => each !== group)
    }
  }

  /** Do what the key is for. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || isWriting(event.target, event.key)) return
    const key = keyOf(event)
    if (!key) return
    const found = this.groups.findLast((group) => group.some((each) => each.keys.includes(key)))
    const shortcut = found?.find((each) => each.keys.includes(key))
    if (!shortcut) return
    event.preventDefault()
    shortcut.run(event)
  }
}

export const shortcuts = new Shortcuts()
