/** What the map of an alert shows: zones as judged by, evidence with its accuracy, the track. */
import type {
  Feature,
  FeatureCollection,
  Geometry,
  LineString,
  Point,
  Polygon,
  Position,
} from "geojson"

import type { Schemas } from "$/api/types"
import { type Bounds, boundsOf, circle, metresPerDegree, positionsOf } from "$/map/geometry"

type Evidence = Schemas["EvidenceOut"]
type Episode = Schemas["EpisodeOut"]
export type Zone = Schemas["ZoneFeature"]
export type Fix = Schemas["PositionFeature"]

const MINUTE = 60_000
/** How much of the track is shown before an episode began and after it ended. */
export const AROUND_MS = 20 * MINUTE
/** How much of an episode at most, from its beginning. */
const LONGEST_MS = 6 * 60 * MINUTE
/** Where a zone is wider than this, the map shows where it was broken and not all of it. */
const WIDE_M = 8_000

/** Each zone, in the version judged by, that the evidence of episodes names; no moving ones. */
export function zonesOf(episodes: readonly Episode[]): { zone_id: string; version: number }[] {
  const found = new Map<string, { zone_id: string; version: number }>()
  for (const { evidence } of episodes) {
    for (const { zone_id, zone_version } of evidence) {
      if (zone_version > 0)
        found.set(`${zone_id} ${zone_version}`, { zone_id, version: zone_version })
    }
  }
  return [...found.values()]
}

/** From when to when the track is of interest. */
export function trackSpan(episode: Episode, now: number): { since: string; until: string } {
  const began = Date.parse(episode.started.after ?? episode.started.by)
  const ended = episode.ended ? Date.parse(episode.ended.by) : now
  const last = Math.min(ended, Date.parse(episode.started.by) + LONGEST_MS)
  return {
    since: new Date(
      Math.max(began, Date.parse(episode.started.by) - LONGEST_MS) - AROUND_MS,
    ).toISOString(),
    until: new Date(last + AROUND_MS).toISOString(),
  }
}

/** The outline of a zone, whatever it is made of. */
export function outline(zone: Zone): Feature<Geometry> {
  const { geometry, properties } = zone
  if (geometry.type === "Point") {
    const [lon = 0, lat = 0] = geometry.coordinates as Position
    return circle(lon, lat, properties.radius_m ?? 0)
  }
  return { type: "Feature", properties: {}, geometry: geometry as Geometry }
}

/** Circles of 68 % confidence round the positions of evidence. */
export function accuracyCircles(evidence: readonly Evidence[]): FeatureCollection<Polygon> {
  const features = evidence.map((each) => ({
    ...circle(each.lon, each.lat, each.accuracy_m, 48),
    properties: { role: each.role },
  }))
  return { type: "FeatureCollection", features }
}

/** The positions of evidence. */
export function evidencePoints(evidence: readonly Evidence[]): FeatureCollection<Point> {
  return points(evidence.map((each) => [each.lon, each.lat, each.role]))
}

function points(places: readonly (readonly [number, number, string])[]): FeatureCollection<Point> {
  return {
    type: "FeatureCollection",
    features: places.map(([lon, lat, role]) => ({
      type: "Feature",
      properties: { role },
      geometry: { type: "Point", coordinates: [lon, lat] },
    })),
  }
}

/** The parts of a track: before an episode, in it, after it; they meet at the crossings. */
export function trackParts(
  track: readonly Fix[],
  began: number,
  ended: number | null,
): FeatureCollection<LineString> {
  const parts: [string, Position[]][] = []
  for (const { geometry, properties } of track) {
    if (properties.quarantine) continue
    const at = Date.parse(properties.fix_time)
    const part = at < began ? "before" : ended !== null && at >= ended ? "after" : "during"
    const current = parts.at(-1)
    if (current?.[0] === part) current[1].push(geometry.coordinates)
    else {
      const crossed = current && placeAt(track, part === "after" && ended !== null ? ended : began)
      if (crossed) current[1].push(crossed)
      parts.push([part, [...(crossed ? [crossed] : []), geometry.coordinates]])
    }
  }
  const features = parts
    .filter(([, line]) => line.length > 1)
    .map(([part, line]): Feature<LineString> => ({
      type: "Feature",
      properties: { part },
      geometry: { type: "LineString", coordinates: line },
    }))
  return { type: "FeatureCollection", features }
}

/** Where the wearer was at an instant, on the straight way between two fixes; null if not between. */
export function placeAt(track: readonly Fix[], at: number): Position | null {
  const judged = track.filter((each) => !each.properties.quarantine)
  const next = judged.findIndex((each) => Date.parse(each.properties.fix_time) >= at)
  const to = judged[next]
  if (!to) return null
  const later = Date.parse(to.properties.fix_time)
  if (later === at) return to.geometry.coordinates
  const from = judged[next - 1]
  if (!from) return null
  const earlier = Date.parse(from.properties.fix_time)
  const share = (at - earlier) / (later - earlier)
  const [lon = 0, lat = 0] = from.geometry.coordinates as Position
  const [toLon = 0, toLat = 0] = to.geometry.coordinates as Position
  return [lon + share * (toLon - lon), lat + share * (toLat - lat)]
}

/** The last position that counts, not after an instant: where somebody was last seen. */
export function lastSeen(track: readonly Fix[], at: number): Fix | null {
  return (
    track.findLast(
      ({ properties }) => !properties.quarantine && Date.parse(properties.fix_time) <= at,
    ) ?? null
  )
}

/** Where protected persons were, as far as the answer says it, with the distance to be kept. */
export function protectedPlaces(evidence: readonly Evidence[]): FeatureCollection<Polygon> {
  const features = evidence.flatMap(({ counterpart }) =>
    typeof counterpart?.lat !== "number" || typeof counterpart.lon !== "number"
      ? []
      : [
          circle(counterpart.lon, counterpart.lat, counterpart.accuracy_m, 32),
          circle(counterpart.lon, counterpart.lat, counterpart.keep_m),
        ],
  )
  return { type: "FeatureCollection", features }
}

/** What the map shows first: the evidence, and the zone if it is not too wide to see both. */
export function viewOf(
  evidence: readonly Evidence[],
  zones: readonly Feature<Geometry>[],
  track: readonly Fix[],
): Bounds | null {
  const seen = accuracyCircles(evidence).features.flatMap(
    (each) => each.geometry.coordinates[0] ?? [],
  )
  const near = zones
    .map((each) => [...positionsOf((each.geometry as Polygon).coordinates)])
    .filter((each) => widthM(boundsOf(each)) < WIDE_M)
    .flat()
  const places = [...seen, ...near]
  return boundsOf(places.length ? places : track.map((each) => each.geometry.coordinates))
}

function widthM(box: Bounds | null): number {
  if (!box) return 0
  const metres = metresPerDegree((box[1] + box[3]) / 2)
  return Math.max((box[2] - box[0]) * metres.lon, (box[3] - box[1]) * metres.lat)
}

/** Pixels at zoom 0 of one metre at a latitude: a line as wide as so many metres doubles with zoom. */
export function pixelsPerMetre(lat: number): number {
  const circumference = 2 * Math.PI * 6_378_137
  return 512 / (circumference * Math.cos((lat * Math.PI) / 180))
}
