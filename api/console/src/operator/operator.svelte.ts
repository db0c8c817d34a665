/**
 * Who sits at this screen: a name the operator gave, kept in this browser.
 *
 * Until there is access control it is a claim, and the history of an alert says so.
 */
const KEY = "ringfence.operator"

/** What the API takes as a name. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/

class Operator {
  name = $state(read())

  /** Take a name; the empty one forgets. False if the API would refuse it. */
  set(name: string): boolean {
    const given = name.trim()
    if (given && !NAME.test(given)) return false
    this.name = given
    if (given) localStorage.setItem(KEY, given)
    else localStorage.removeItem(KEY)
    return true
  }
}

function read(): string {
  return typeof localStorage === "undefined" ? "" : (localStorage.getItem(KEY) ?? "")
}

export const operator = new Operator()
