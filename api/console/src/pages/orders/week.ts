/**
 * Weekly windows as the grid draws them and as the API keeps them.
 *
 * A row is some hours on some days; it belongs to the days it starts on and may end on the next.
 * Times are minutes of the day: `start` from 0 to below 1440, `end` above it, at most 24 hours on.
 */
import type { Schemas } from "$/api/types"

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const
export const DAY_MINUTES = 1440
export const SNAP = 15
export const SHORTEST = SNAP

export type WeeklyWindow = Schemas["WeeklyIn"]

export interface Row {
  /** Only for the page: what the grid and the form both mean. */
  id: number
  /** 0 is Monday. */
  days: readonly number[]
  start: number
  end: number
  /** Zone ids; none: those of the condition. */
  places: readonly string[]
}

/** A part of a row within one column of the grid. */
export interface Piece {
  row: Row
  /** The day the hours start on, whose piece this is. */
  day: number
  column: number
  from: number
  to: number
  /** It goes on from the evening before. */
  continued: boolean
  continues: boolean
}

let lastId = 0

export function newRow(
  days: readonly number[],
  start: number,
  end: number,
  places: readonly string[] = [],
): Row {
  return { id: ++lastId, days: [...days].sort((a, b) => a - b), start, end, places }
}

/** Return the days of the API's words: `daily`, `weekdays`, `mon,wed`, `fri-mon`, or a list. */
export function parseDays(words: string | readonly string[]): number[] {
  const parts = typeof words === "string" ? words.split(",") : words
  const found = new Set<number>()
  for (const part of parts) for (const each of daysOf(part.trim().toLowerCase())) found.add(each)
  return [...found].sort((a, b) => a - b)
}

function daysOf(word: string): number[] {
  if (word === "daily") return [0, 1, 2, 3, 4, 5, 6]
  if (word === "weekdays") return [0, 1, 2, 3, 4]
  if (word === "weekends") return [5, 6]
  const [first, last] = word.split("-").map((each) => DAYS.findIndex((day) => each.startsWith(day)))
  if (first === undefined || first < 0) return []
  if (last === undefined) return [first]
  if (last < 0) return [first]
  const length = (last - first + 7) % 7
  return Array.from({ length: length + 1 }, (_, at) => (first + at) % 7)
}

/** Return the minutes of `22:00`, `22:00:30`, `24:00`, and of what people type: `22`, `2200`, `7.30`. */
export function parseTime(text: string): number | null {
  const typed = text.trim().replace(/[.h]/g, ":")
  const found =
    /^(\d{1,2})(?::?(\d{2})(?::(\d{2}))?)?$/.exec(typed.replace(/:$/, "")) ??
    /^(\d)(\d{2})$/.exec(typed)
  if (!found) return null
  const [hours, minutes, seconds] = [found[1], found[2], found[3]].map((each) =>
    Number(each ?? 0),
  ) as [number, number, number]
  const value = hours * 60 + minutes + seconds / 60
  return minutes < 60 && seconds < 60 && value <= DAY_MINUTES ? value : null
}

/** `22:00`; of an end, midnight of the next day is `00:00`. */
export function timeText(minutes: number): string {
  const day = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
  const seconds = Math.round(day * 60)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[2] ? parts : parts.slice(0, 2)
  return shown.map((each) => String(each).padStart(2, "0")).join(":")
}

/** Return an end that is after a start: at the same time or before, it is on the next day. */
export function endAfter(start: number, end: number): number {
  const time = end % DAY_MINUTES
  return time > start ? time : time + DAY_MINUTES
}

export function readRows(weekly: readonly WeeklyWindow[]): Row[] {
  return weekly.map((each) => {
    const start = (parseTime(each.start) ?? 0) % DAY_MINUTES
    return newRow(
      parseDays(each.days),
      start,
      endAfter(start, parseTime(each.end) ?? 0),
      each.places,
    )
  })
}

export function writeRows(rows: readonly Row[]): WeeklyWindow[] {
  return merged(rows)
    .filter((row) => row.days.length)
    .map((row) => ({
      days: row.days.length === 7 ? "daily" : row.days.map((day) => DAYS[day]).join(","),
      start: timeText(row.start),
      end: timeText(row.end),
      places: [...row.places],
    }))
}

/** Return rows of which those with equal hours and places are one; the first one's id stays. */
export function merged(rows: readonly Row[]): Row[] {
  const found: Row[] = []
  for (const row of rows) {
    const at = found.findIndex((each) => sameHours(each, row))
    const same = found[at]
    if (same) found[at] = { ...same, days: union(same.days, row.days) }
    else found.push(row)
  }
  return found
}

function sameHours(one: Row, other: Row): boolean {
  return (
    one.start === other.start &&
    one.end === other.end &&
    one.places.join("|") === other.places.join("|")
  )
}

function union(one: readonly number[], other: readonly number[]): number[] {
  return [...new Set([...one, ...other])].sort((a, b) => a - b)
}

/** Return what the grid draws: a row that runs past midnight has a piece on the next day, too. */
export function pieces(rows: readonly Row[]): Piece[] {
  return rows.flatMap((row) =>
    row.days.flatMap((day) => {
      const over = row.end > DAY_MINUTES
      const first = { row, day, column: day, from: row.start, to: Math.min(row.end, DAY_MINUTES) }
      const head: Piece = { ...first, continued: false, continues: over }
      if (!over) return [head]
      const rest = { row, day, column: (day + 1) % 7, from: 0, to: row.end - DAY_MINUTES }
      return [head, { ...rest, continued: true, continues: false }]
    }),
  )
}

/** Pieces of one column side by side: which lane each has, of how many. */
export function lanes(column: readonly Piece[]): Map<Piece, { lane: number; of: number }> {
  const placed = new Map<Piece, { lane: number; of: number }>()
  const ordered = [...column].sort((a, b) => a.from - b.from || b.to - a.to)
  let group: Piece[] = []
  let groupEnd = -1
  const close = () => {
    const ends: number[] = []
    for (const piece of group) {
      let lane = ends.findIndex((end) => end <= piece.from)
      if (lane < 0) lane = ends.length
      ends[lane] = piece.to
      placed.set(piece, { lane, of: 1 })
    }
    for (const piece of group)
      placed.set(piece, { lane: placed.get(piece)?.lane ?? 0, of: ends.length })
  }
  for (const piece of ordered) {
    if (piece.from >= groupEnd) {
      close()
      group = []
      groupEnd = -1
    }
    group.push(piece)
    groupEnd = Math.max(groupEnd, piece.to)
  }
  close()
  return placed
}

export function snap(minutes: number): number {
  return Math.round(minutes / SNAP) * SNAP
}

/** Return rows in which one day of a row (or all of them) has other hours. */
export function changed(
  rows: readonly Row[],
  id: number,
  day: number,
  hours: { day?: number; start: number; end: number },
  all = false,
): { rows: Row[]; id: number; day: number } {
  const row = rows.find((each) => each.id === id)
  if (!row) return { rows: [...rows], id, day }
  const { start, end } = inOneDay(hours.start, hours.end)
  const shift = (hours.day ?? day) - day + Math.floor(hours.start / DAY_MINUTES)
  const to = (((day + shift) % 7) + 7) % 7
  if (all || row.days.length === 1) {
    const days = row.days.map((each) => (((each + shift) % 7) + 7) % 7).sort((a, b) => a - b)
    return {
      rows: rows.map((each) => (each === row ? { ...row, days, start, end } : each)),
      id,
      day: to,
    }
  }
  const own = newRow([to], start, end, row.places)
  const rest = { ...row, days: row.days.filter((each) => each !== day) }
  return { rows: [...rows.map((each) => (each === row ? rest : each)), own], id: own.id, day: to }
}

/** Hours that begin within the day and last from a quarter of an hour to a day. */
function inOneDay(start: number, end: number): { start: number; end: number } {
  const length = Math.min(Math.max(end - start, SHORTEST), DAY_MINUTES)
  const first = ((start % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES
  return { start: first, end: first + length }
}

export function withoutDay(rows: readonly Row[], id: number, day: number): Row[] {
  return rows
    .map((row) => (row.id === id ? { ...row, days: row.days.filter((each) => each !== day) } : row))
    .filter((row) => row.days.length)
}

/** Days on which rows overlap, each once: two places at once, or the same hours twice. */
export function overlaps(rows: readonly Row[]): { column: number; from: number; to: number }[] {
  const found: { column: number; from: number; to: number }[] = []
  const every = pieces(rows)
  for (let column = 0; column < 7; column++) {
    const here = every.filter((each) => each.column === column).sort((a, b) => a.from - b.from)
    for (const [at, one] of here.entries()) {
      for (const other of here.slice(at + 1)) {
        const from = Math.max(one.from, other.from)
        const to = Math.min(one.to, other.to)
        if (from < to) found.push({ column, from, to })
      }
    }
  }
  return found
}

/** Minutes of a week in force, what overlaps counted once. */
export function minutesInForce(rows: readonly Row[]): number {
  let sum = 0
  for (let column = 0; column < 7; column++) {
    let reached = 0
    const here = pieces(rows)
      .filter((each) => each.column === column)
      .sort((a, b) => a.from - b.from)
    for (const { from, to } of here) {
      sum += Math.max(0, to - Math.max(from, reached))
      reached = Math.max(reached, to)
    }
  }
  return sum
}
