import { describe, expect, it } from "vitest"

import {
  changed,
  lanes,
  merged,
  minutesInForce,
  newRow,
  overlaps,
  parseDays,
  parseTime,
  pieces,
  readRows,
  timeText,
  withoutDay,
  writeRows,
} from "./week"

const NIGHT = { days: "daily", start: "22:00", end: "06:00", places: [] }
const hours = (text: string) => parseTime(text) ?? NaN

describe("the words of the API", () => {
  it("name days one by one, in groups and in ranges across the weekend", () => {
    expect(parseDays("daily")).toHaveLength(7)
    expect(parseDays("weekdays")).toEqual([0, 1, 2, 3, 4])
    expect(parseDays("fri-mon")).toEqual([0, 4, 5, 6])
    expect(parseDays(["Monday", "wed"])).toEqual([0, 2])
  })

  it("are times, also as people type them", () => {
    expect(["22:00", "24:00", "22:00:30", "7", "730", "0730", "7.30", "22h"].map(hours)).toEqual([
      1320, 1440, 1320.5, 420, 450, 450, 450, 1320,
    ])
    expect(["", "25:00", "7:60", "noon", "24:01"].map(parseTime)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
    expect([1320, 1440, 1320.5, 1800].map(timeText)).toEqual([
      "22:00",
      "00:00",
      "22:00:30",
      "06:00",
    ])
  })

  it("come back as they were", () => {
    const weekly = [NIGHT, { days: "sat,sun", start: "12:00", end: "00:00", places: ["A", "B"] }]
    expect(writeRows(readRows(weekly))).toEqual(weekly)
    const whole = [{ days: "mon", start: "08:00", end: "08:00", places: [] }]
    expect(readRows(whole)[0]?.end).toBe(480 + 1440)
    expect(writeRows(readRows(whole))).toEqual(whole)
  })

  it("join rows of equal hours", () => {
    const rows = [newRow([0], 480, 600), newRow([2], 480, 600), newRow([1], 480, 600, ["A"])]
    expect(merged(rows).map((row) => row.days)).toEqual([[0, 2], [1]])
  })
})

describe("the grid", () => {
  it("draws what runs past midnight on both days, from Sunday on Monday", () => {
    const found = pieces([newRow([6], 1320, 1800)])
    expect(found.map(({ column, from, to, continued }) => [column, from, to, continued])).toEqual([
      [6, 1320, 1440, false],
      [0, 0, 360, true],
    ])
    expect(pieces([newRow([0], 1080, 1440)])).toHaveLength(1)
  })

  it("puts overlapping hours side by side and counts them once", () => {
    const rows = [newRow([0], 480, 720), newRow([0], 600, 840), newRow([0], 900, 960)]
    const found = lanes(pieces(rows))
    expect([...found.values()]).toEqual([
      { lane: 0, of: 2 },
      { lane: 1, of: 2 },
      { lane: 0, of: 1 },
    ])
    expect(overlaps(rows)).toEqual([{ column: 0, from: 600, to: 720 }])
    expect(minutesInForce(rows)).toBe(360 + 60)
    expect(minutesInForce(readRows([NIGHT]))).toBe(7 * 480)
  })

  it("finds the overlap of a night with the next morning", () => {
    const rows = [newRow([6], 1320, 1800), newRow([0], 300, 600)]
    expect(overlaps(rows)).toEqual([{ column: 0, from: 300, to: 360 }])
  })
})

describe("a drag", () => {
  const rows = readRows([NIGHT])
  const id = rows[0]?.id ?? 0

  it("changes the day that was taken hold of, and leaves the others", () => {
    const found = changed(rows, id, 4, { start: 1200, end: 1800 })
    expect(writeRows(found.rows)).toEqual([
      { ...NIGHT, days: "mon,tue,wed,thu,sat,sun" },
      { ...NIGHT, days: "fri", start: "20:00" },
    ])
  })

  it("changes all days when asked to, and can move to another day", () => {
    expect(writeRows(changed(rows, id, 4, { start: 1200, end: 1800 }, true).rows)).toEqual([
      { ...NIGHT, start: "20:00" },
    ])
    const one = [newRow([6], 480, 600)]
    const moved = changed(one, one[0]?.id ?? 0, 6, { day: 7, start: 480, end: 600 })
    expect(moved.rows[0]?.days).toEqual([0])
    expect(moved.day).toBe(0)
  })

  it("past midnight begins on the next day, and never lasts over 24 hours", () => {
    const one = [newRow([0], 1380, 1440)]
    const later = changed(one, one[0]?.id ?? 0, 0, { start: 1440, end: 1500 })
    expect(later.rows[0]).toMatchObject({ days: [1], start: 0, end: 60 })
    const long = changed(one, one[0]?.id ?? 0, 0, { start: 0, end: 3000 })
    expect(long.rows[0]).toMatchObject({ start: 0, end: 1440 })
    const none = changed(one, one[0]?.id ?? 0, 0, { start: 60, end: 60 })
    expect(none.rows[0]).toMatchObject({ start: 60, end: 75 })
  })

  it("takes a day away, and a row without days", () => {
    expect(withoutDay(rows, id, 0)[0]?.days).toEqual([1, 2, 3, 4, 5, 6])
    expect(withoutDay([newRow([3], 0, 60)], -1, 3)).toHaveLength(1)
    const one = newRow([3], 0, 60)
    expect(withoutDay([one], one.id, 3)).toEqual([])
  })
})
