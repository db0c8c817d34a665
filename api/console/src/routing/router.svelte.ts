/**
 * Where we are: path and query of the address bar, and how to go elsewhere.
 *
 * Plain links work (`<a href="/wearers/w1">`): a click on one within the console changes the page
 * without loading it anew. State that a colleague should see when sent the address is in the query.
 */
import { tick } from "svelte"

class Router {
  path = $state(location.pathname)
  query = $state.raw(new URLSearchParams(location.search))

  start(): void {
    window.addEventListener("popstate", () => {
      this.#read()
    })
    document.addEventListener("click", (event) => {
      const link = followed(event)
      if (!link) return
      event.preventDefault()
      this.go(link.pathname + link.search)
    })
  }

  /** Go to a path with its query; `replace` leaves no step for the back button. */
  go(address: string, { replace = false }: { replace?: boolean } = {}): void {
    const before = this.path
    if (replace) history.replaceState(null, "", address)
    else history.pushState(null, "", address)
    this.#read()
    if (this.path !== before) void toTop()
  }

  /** Change the query of the present page; an empty value takes the key away. */
  setQuery(
    changes: Record<string, string | readonly string[] | null>,
    { replace = true } = {},
  ): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- it is gone with this call
    const query = new URLSearchParams(this.query)
    for (const [key, value] of Object.entries(changes)) {
      query.delete(key)
      for (const each of value === null ? [] : [value].flat()) if (each) query.append(key, each)
    }
    const text = query.toString()
    this.go(this.path + (text && `?${text}`), { replace })
  }

  #read(): void {
    this.path = location.pathname
    this.query = new URLSearchParams(location.search)
  }
}

/** The link of ours that a plain click follows. */
function followed(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey)
    return null
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]")
  if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download"))
    return null
  if (link.getAttribute("href")?.startsWith("#") || link.pathname.startsWith("/v1/")) return null
  return link
}

/** A new page begins at its top, and is read from its heading, unless a dialog was quicker. */
async function toTop(): Promise<void> {
  await tick()
  document.querySelector("main")?.scrollTo(0, 0)
  if (document.querySelector("dialog[open], [role=dialog]")) return
  document.querySelector<HTMLElement>("main h1")?.focus()
}

export const router = new Router()
