/** Calendar days as the API writes them (`2026-03-01`): no clock and no zone is in them. */

const DAY_MS = 86_400_000

/** The day so many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
}

const name = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
})

/** `Sun 1 Mar` */
export function dayName(date: string): string {
  return name.format(Date.parse(date)).replace(",", "")
}

/** `Sun 1 Mar 2026` */
export function dateName(date: string): string {
  return `${dayName(date)} ${date.slice(0, 4)}`
}

/** Whether it is a day at all. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
}
