/** What keys do in the queue; `?` shows the same table. */
import { desk } from "$/actions/desk.svelte"
import type { Alert } from "$/api/types"
import type { Shortcut } from "$/keyboard/shortcuts.svelte"
import { strings } from "$/strings"

import { queue } from "./queue.svelte"

const PAGE = 10

export interface Moves {
  open: (alert: Alert) => void
  close: () => void
  focus: (what: "search" | "list") => void
  filters: () => void
}

/** The shortcuts of the queue, given what only its page can do. */
export function queueShortcuts(moves: Moves): Shortcut[] {
  const texts = strings.queue.keys
  const with_ = (what: (alert: Alert) => void) => () => {
    const { current } = queue
    if (current) what(current)
  }
  return [
    { keys: ["j", "ArrowDown"], text: texts.down, run: () => queue.move(1) },
    { keys: ["k", "ArrowUp"], text: texts.up, run: () => queue.move(-1) },
    { keys: ["PageDown"], text: texts.pageDown, run: () => queue.move(PAGE) },
    { keys: ["PageUp"], text: texts.pageUp, run: () => queue.move(-PAGE) },
    { keys: ["Home"], text: texts.first, run: () => queue.move(-Infinity) },
    { keys: ["End"], text: texts.last, run: () => queue.move(Infinity) },
    { keys: ["ArrowRight"], text: texts.expand, run: () => queue.expand(true) },
    { keys: ["ArrowLeft"], text: texts.collapse, run: () => queue.expand(false) },
    { keys: ["Enter", "o"], text: texts.open, run: with_(moves.open) },
    { keys: ["Escape"], text: texts.close, run: moves.close },
    {
      keys: ["a"],
      text: strings.actions.acknowledge,
      run: with_((each) => void desk.acknowledge(each)),
    },
    { keys: ["c"], text: strings.actions.close, run: with_((each) => desk.open("close", each)) },
    { keys: ["n"], text: strings.actions.note, run: with_((each) => desk.open("note", each)) },
    { keys: ["s"], text: strings.actions.assign, run: with_((each) => desk.open("assign", each)) },
    { keys: ["/"], text: texts.search, run: () => moves.focus("search") },
    { keys: ["f"], text: texts.filters, run: moves.filters },
  ]
}
