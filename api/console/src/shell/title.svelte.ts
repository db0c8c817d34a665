/** The title of the window: the page, and before it how many new critical alerts wait. */
import { alarm } from "$/alarm/alarm.svelte"
import { strings } from "$/strings"

class Title {
  /** Of the present page; pages set it while they are shown. */
  page = $state("")

  start(): void {
    $effect.root(() => {
      $effect(() => {
        document.title = strings.title(this.page, alarm.unseen)
      })
    })
  }
}

export const title = new Title()
