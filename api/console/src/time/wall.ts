/** Times as clocks on the wall show them (`2026-03-29T02:30`), and the instants they are. */

const OFFSETS = new Map<string, Intl.DateTimeFormat>()

/** The instant, RFC 3339 in UTC, at which clocks in a zone show a time; null if it is no time.
 *
 * A time that a clock change skips is the first instant after it; one that comes twice is the first
 * of them as a start and the second as an end: as the engine has it.
 */
export function instantOf(
  wall: string,
  zone: string,
  as: "start" | "end" = "start",
): string | null {
  const at = fromWall(wall, zone, as)
  return Number.isNaN(at) ? null : rfc3339(at)
}

/** The same in epoch milliseconds; NaN if it is no time. */
export function fromWall(wall: string, zone: string, as: "start" | "end" = "start"): number {
  const shown = Date.parse(`${wall}Z`)
  if (Number.isNaN(shown) || new Date(shown).toISOString().slice(0, wall.length) !== wall)
    return NaN
  const day = 86_400_000
  const [before, after] = [offsetMs(shown - day, zone), offsetMs(shown + day, zone)]
  const found = [shown - before, shown - after].filter((at) => wallOf(at, zone) === wall)
  if (found.length) return as === "start" ? Math.min(...found) : Math.max(...found)
  return jump(shown - day - before, shown + day - after, zone)
}

/** RFC 3339 in UTC, without a fraction of a second where there is none. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z")
}

/** What clocks in a zone show at an instant, to the minute. */
export function wallOf(at: number | string, zone: string): string {
  const instant = typeof at === "number" ? at : Date.parse(at)
  return new Date(instant + offsetMs(instant, zone)).toISOString().slice(0, 16)
}

/** The instant between two at which clocks are set to another offset. */
function jump(from: number, until: number, zone: string): number {
  const former = offsetMs(from, zone)
  let [low, high] = [from, until]
  while (high - low > 1_000) {
    const middle = Math.round((low + high) / 2_000) * 1_000
    if (offsetMs(middle, zone) === former) low = middle
    else high = middle
  }
  return high
}

function offsetMs(at: number, zone: string): number {
  let format = OFFSETS.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
    OFFSETS.set(zone, format)
  }
  const part = Object.fromEntries(format.formatToParts(at).map((each) => [each.type, each.value]))
  const shown = `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`
  return Date.parse(shown) - Math.floor(at / 1_000) * 1_000
}
