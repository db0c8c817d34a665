/** Zones in words: what there is to read beside the map. */
import type { Geometry } from "geojson"

import { strings } from "$/strings"
import { brief, full, zoneName } from "$/time/format"

import type { Finding, Uses, Version, Zone } from "./calls"
import type { Place } from "./geodesic"
import { metres } from "./numbers"
import { cornerCount, extentM, type Shape, shapeOf } from "./shape"

const texts = strings.zones

/** `Circle, radius 85 m`; `Area of 6 corners, 120 m east to west, 80 m north to south`. */
export function shapeWords(shape: Shape | null): string {
  if (!shape) return ""
  if (shape.kind === "circle") return texts.circle(metres(shape.radiusM))
  const { east, north } = extentM(shape)
  return texts.area(cornerCount(shape), texts.size(metres(east), metres(north)))
}

export function zoneWords(zone: Zone): string {
  return shapeWords(zoneShape(zone))
}

/** The shape of a stored zone. */
export function zoneShape({ geometry, properties }: Zone): Shape | null {
  return shapeOf(geometry as Geometry, properties.radius_m)
}

/** What people call a zone. */
export function nameOf(zone: Zone): string {
  return zone.properties.name || zone.id
}

/** `from 1 Mar 22:14 CET until 3 Mar 10:00 CET`, or that it never was. */
export function spanWords({ properties }: Version, zone: string, now: number): string {
  const { effective_from: from, effective_until: until } = properties
  if (from && until && Date.parse(until) <= Date.parse(from)) return texts.never
  const at = (when: string) => `${brief(when, zone, now)} ${zoneName(when, zone)}`
  const begins = from ? texts.from(at(from)) : texts.always
  return until ? `${begins} ${texts.until(at(until))}` : begins
}

/** Who stored it, and when. */
export function recordWords({ properties }: Version, zone: string): string {
  const { recorded_at: at, recorded_by: by } = properties
  return at && by ? texts.recorded(by.replace(/^local\//, ""), full(at, zone)) : texts.unrecorded
}

/** How a condition names the zone, where that is not plain. */
export function viaWords(use: Uses["uses"][number]): string {
  if (use.via === "zone") return ""
  if (use.via === "window") return texts.via.window
  return texts.via[use.via](use.via_id ?? "")
}

/** The clocks by which times of a zone are told: its users', if they have the same, else ours. */
export function clocksOf(uses: Uses | null): string {
  const [zone, ...others] = new Set(uses?.uses.map((each) => each.timezone))
  return zone && !others.length ? zone : Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** The places that messages about a shape name. */
export function placesIn(messages: readonly string[]): Place[] {
  return messages.flatMap((message) =>
    [...message.matchAll(/lon (-?\d+(?:\.\d+)?), lat (-?\d+(?:\.\d+)?)/g)].map(
      ([, lon, lat]): Place => [Number(lon), Number(lat)],
    ),
  )
}

/** The places that findings state. */
export function placesOf(findings: readonly Finding[]): Place[] {
  return findings.flatMap(({ details }) =>
    details.flatMap(({ lon, lat }): Place[] =>
      typeof lon === "number" && typeof lat === "number" ? [[lon, lat]] : [],
    ),
  )
}
