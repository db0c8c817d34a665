/**
 * Times as people read them: by the wearer's clocks, with the zone named.
 *
 * All take RFC 3339 text or epoch milliseconds, and an IANA zone.
 */
export type When = string | number

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options })
    formats.set(key, found)
  }
  return found
}

/** Epoch milliseconds of a time. */
export function epoch(when: When): number {
  return typeof when === "number" ? when : Date.parse(when)
}

/** `22:14` */
export function hourMinute(when: When, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit" }).format(epoch(when))
}

/** `22:14:07` */
export function clockTime(when: When, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(epoch(when))
}

/** `Sun 1 Mar` */
export function day(when: When, zone: string): string {
  return format(zone, { weekday: "short", day: "numeric", month: "short" })
    .format(epoch(when))
    .replace(",", "")
}

/** `Sun 1 Mar 2026, 22:14:07 CET`: nothing left to guess. */
export function full(when: When, zone: string): string {
  const date = format(zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" })
  return `${date.format(epoch(when)).replace(",", "")}, ${clockTime(when, zone)} ${zoneName(when, zone)}`
}

/** `22:14` today, `Sat 22:14` within six days, else `1 Mar 22:14`; by the zone's calendar. */
export function brief(when: When, zone: string, now: number): string {
  const time = hourMinute(when, zone)
  const apart = Math.abs(now - epoch(when)) / 86_400_000
  if (isoDate(when, zone) === isoDate(now, zone)) return time
  if (apart < 6) return `${format(zone, { weekday: "short" }).format(epoch(when))} ${time}`
  return `${format(zone, { day: "numeric", month: "short" }).format(epoch(when))} ${time}`
}

/** `2026-03-01`: the calendar day there. */
export function isoDate(when: When, zone: string): string {
  const parts = format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(
    epoch(when),
  )
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ""
  return `${of("year")}-${of("month")}-${of("day")}`
}

/** `CET`, or `GMT+3` where the zone has no letters. */
export function zoneName(when: When, zone: string): string {
  const parts = format(zone, { timeZoneName: "short" }).formatToParts(epoch(when))
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone
}

/** `45 s`, `12 min`, `3 h 05`, `4 d 2 h`: how long, to the precision that matters. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1_000))
  if (s < 60) return `${s} s`
  const min = Math.floor(s / 60)
  if (min < 60) return `${min} min`
  const h = Math.floor(min / 60)
  if (h < 24) return `${h} h ${String(min % 60).padStart(2, "0")}`
  return `${Math.floor(h / 24)} d ${h % 24} h`
}

/** `4:05` or `1:04:05`: a count-down; negative when it is over. */
export function countdown(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1_000)
  const parts = [Math.floor(s / 3_600), Math.floor(s / 60) % 60, s % 60]
  const shown = parts[0] ? parts : parts.slice(1)
  const text = shown
    .map((each, at) => (at ? String(each).padStart(2, "0") : String(each)))
    .join(":")
  return ms < 0 ? `−${text}` : text
}
