/** Which page an address means: the first pattern of the table that fits. */
import { parse } from "regexparam"

export type Params = Readonly<Record<string, string>>

export interface Route<Page> {
  /** Such as `/alerts/:alertId`. */
  pattern: string
  page: Page
}

export interface Match<Page> {
  route: Route<Page>
  params: Params
}

/** Return a function that finds the page of a path; null if there is none. */
export function matcher<Page>(routes: readonly Route<Page>[]) {
  const parsed = routes.map((route) => ({ route, ...parse(route.pattern) }))
  return (path: string): Match<Page> | null => {
    for (const { route, keys, pattern } of parsed) {
      const found = pattern.exec(path)
      if (!found) continue
      const params = keys.map((key, at) => [key, decode(found[at + 1] ?? "")])
      return { route, params: Object.fromEntries(params) as Params }
    }
    return null
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
