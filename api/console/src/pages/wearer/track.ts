/**
 * A day's positions as a track: where somebody was at an instant, how fast, and what a map shows.
 *
 * Between two judged positions that follow each other in time the way is drawn straight; across a
 * gap it is dotted, for nobody knows it. What is uncertain is a circle, as large as its doubt, and no
 * part of the way where it is coarse.
 */
import type { Feature, FeatureCollection, LineString, Point, Polygon } from "geojson"

import { circle, metresPerDegree } from "$/map/geometry"

import type { Day, Gap } from "./types"

export interface Fix {
  /** Epoch milliseconds. */
  at: number
  lat: number
  lon: number
  accuracyM: number
  /** Stated by the device, metres a second; null: it stated none. */
  speedMps: number | null
  /** It alone proves nothing: from a cell, or less accurate than 200 m. */
  coarse: boolean
  /** Why it is not judged; null: it is. */
  quarantine: string | null
}

/** A judged position worse than this is drawn as a circle, metres. */
export const UNCERTAIN_M = 50
const COARSE_M = 200
/** Circles drawn at most; more would hide the map. */
const MOST_CIRCLES = 400

/** Every position of a day, oldest first. */
export function fixesOf(day: Day): Fix[] {
  const start = Date.parse(day.start)
  const { t_s, lat, lon, accuracy_m, speed_mps, mechanism, quarantine } = day.positions
  return t_s.map((seconds, i) => ({
    at: start + seconds * 1_000,
    lat: lat[i] ?? 0,
    lon: lon[i] ?? 0,
    accuracyM: accuracy_m[i] ?? 0,
    speedMps: speed_mps[i] ?? null,
    coarse: mechanism[i] === "cell" || (accuracy_m[i] ?? 0) > COARSE_M,
    quarantine: quarantine[i] ?? null,
  }))
}

export function judged(fixes: readonly Fix[]): Fix[] {
  return fixes.filter((each) => each.quarantine === null)
}

/** The last judged position at or before an instant, by halving. */
export function indexAt(fixes: readonly Fix[], at: number): number {
  let low = 0
  let high = fixes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((fixes[middle]?.at ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

export interface Moment {
  lat: number
  lon: number
  accuracyM: number
  /** Metres a second: as stated, else what two positions imply; null: not known. */
  speedMps: number | null
  stated: boolean
  /** The position is older than it holds: nobody knows. */
  unknown: boolean
  fix: Fix
}

/** Where somebody was at an instant; null before the first position. */
export function momentAt(fixes: readonly Fix[], gaps: readonly Gap[], at: number): Moment | null {
  const i = indexAt(fixes, at)
  const fix = fixes[i]
  if (!fix) return null
  const next = fixes[i + 1]
  const gap = gapAt(gaps, fix.at, at)
  if (gap) {
    const unknown = at >= Date.parse(gap.unknown_from)
    return { ...place(fix, null, 0), speedMps: null, stated: false, unknown, fix }
  }
  const share = next ? (at - fix.at) / (next.at - fix.at || 1) : 0
  const implied = next ? metresBetween(fix, next) / ((next.at - fix.at) / 1_000 || 1) : null
  return {
    ...place(fix, next ?? null, share),
    speedMps: fix.speedMps ?? implied,
    stated: fix.speedMps !== null,
    unknown: false,
    fix,
  }
}

/** The gap an instant is in; the last gap of a day holds its end too, where nothing was measured. */
function gapAt(gaps: readonly Gap[], measured: number, at: number): Gap | undefined {
  return gaps.find((each) => {
    const end = Date.parse(each.end)
    return Date.parse(each.start) <= at && (at < end || (at === end && measured < end))
  })
}

function place(fix: Fix, next: Fix | null, share: number) {
  const towards = next ?? fix
  return {
    lat: fix.lat + (towards.lat - fix.lat) * share,
    lon: fix.lon + (towards.lon - fix.lon) * share,
    accuracyM: fix.accuracyM + (towards.accuracyM - fix.accuracyM) * share,
  }
}

/** Metres between two places near each other. */
export function metresBetween(one: Pick<Fix, "lat" | "lon">, other: Pick<Fix, "lat" | "lon">) {
  const metres = metresPerDegree((one.lat + other.lat) / 2)
  return Math.hypot((other.lat - one.lat) * metres.lat, (other.lon - one.lon) * metres.lon)
}

/** The way: solid where positions follow each other, `gap` where nobody knows. */
export function lines(fixes: readonly Fix[], gaps: readonly Gap[]): FeatureCollection<LineString> {
  const cuts = gaps.map((each) => Date.parse(each.start))
  const fine = fixes.filter((each) => !each.coarse)
  const features: Feature<LineString>[] = []
  let run: [number, number][] = []
  for (const [i, fix] of fine.entries()) {
    run.push([fix.lon, fix.lat])
    const next = fine[i + 1]
    if (next && !cuts.some((at) => fix.at <= at && at < next.at)) continue
    if (run.length > 1) features.push(line(run, "seen"))
    run = []
    if (next) features.push(line([positionOf(fix), positionOf(next)], "gap"))
  }
  return { type: "FeatureCollection", features }
}

function positionOf(fix: Fix): [number, number] {
  return [fix.lon, fix.lat]
}

function line(coordinates: [number, number][], kind: "seen" | "gap"): Feature<LineString> {
  return { type: "Feature", properties: { kind }, geometry: { type: "LineString", coordinates } }
}

/** What is not sure, as circles: coarse, uncertain and not judged positions; alike ones once. */
export function doubts(fixes: readonly Fix[]): FeatureCollection<Polygon> {
  const shown = new Map<string, Fix>()
  for (const fix of fixes) {
    if (fix.quarantine === null && !fix.coarse && fix.accuracyM <= UNCERTAIN_M) continue
    const key = alike(fix)
    if (shown.size < MOST_CIRCLES && !shown.has(key)) shown.set(key, fix)
  }
  const features = [...shown.values()].map((each) => ({
    ...circle(each.lon, each.lat, each.accuracyM, 64),
    properties: { kind: each.quarantine ? "quarantined" : "uncertain" },
  }))
  return { type: "FeatureCollection", features }
}

/** Circles about as large, in about the same place, look like one. */
function alike(fix: Fix): string {
  const size = Math.round(Math.log(fix.accuracyM) / Math.log(1.5))
  const step = 1.5 ** size / 2
  const metres = metresPerDegree(fix.lat)
  const across = Math.round((fix.lon * metres.lon) / step)
  const up = Math.round((fix.lat * metres.lat) / step)
  return `${fix.quarantine ?? ""}/${size}/${across}/${up}`
}

/** Judged positions as points. */
export function points(fixes: readonly Fix[]): FeatureCollection<Point> {
  const features = fixes.map((each) => ({
    type: "Feature" as const,
    properties: {},
    geometry: { type: "Point" as const, coordinates: [each.lon, each.lat] },
  }))
  return { type: "FeatureCollection", features }
}
