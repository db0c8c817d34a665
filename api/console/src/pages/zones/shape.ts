/**
 * The shape of a zone while it is drawn: a circle, or polygons whose rings are open lists of corners.
 *
 * Longitudes of one shape lie together, so those of a shape across the antimeridian run on past 180;
 * the API takes them like that. It gives such areas cut at the antimeridian: reading joins them.
 */
import type { Geometry, Position } from "geojson"

import { distanceM, type Place } from "./geodesic"

export interface Circle {
  kind: "circle"
  centre: Place
  radiusM: number
}

/** Corners in order; the last is joined to the first. */
export type Ring = readonly Place[]

/** The outer ring, then the holes. */
export type Rings = readonly Ring[]

export interface Area {
  kind: "area"
  polygons: readonly Rings[]
}

export type Shape = Circle | Area

/** The shape of a zone's geometry; null for a geometry that is none. */
export function shapeOf(
  geometry: Geometry | null,
  radiusM: number | null | undefined,
): Shape | null {
  if (geometry?.type === "Point") {
    const [lon, lat] = geometry.coordinates
    if (lon === undefined || lat === undefined) return null
    return { kind: "circle", centre: [lon, lat], radiusM: radiusM ?? Number.NaN }
  }
  if (geometry?.type === "Polygon")
    return { kind: "area", polygons: joined([geometry.coordinates.map(opened)]) }
  if (geometry?.type === "MultiPolygon")
    return { kind: "area", polygons: joined(geometry.coordinates.map((each) => each.map(opened))) }
  return null
}

/** The geometry of a shape, as the API takes it; a circle's radius goes into the properties. */
export function geometryOf(shape: Shape): Geometry {
  if (shape.kind === "circle") return { type: "Point", coordinates: [...shape.centre] }
  const polygons = shape.polygons.map((rings) => rings.map(closed))
  const [only] = polygons
  return polygons.length === 1 && only
    ? { type: "Polygon", coordinates: only }
    : { type: "MultiPolygon", coordinates: polygons }
}

function opened(ring: Position[]): Ring {
  const corners = ring.map(([lon = 0, lat = 0]): Place => [lon, lat])
  const [first, last] = [corners[0], corners.at(-1)]
  const shut = first && last && corners.length > 1 && same(first, last)
  return shut ? corners.slice(0, -1) : corners
}

export function closed(ring: Ring): Position[] {
  const corners = ring.map((each) => [...each])
  const [first] = corners
  return first ? [...corners, [...first]] : []
}

export function same(one: Place, other: Place): boolean {
  return one[0] === other[0] && one[1] === other[1]
}

/** Polygons with the parts that were cut at the antimeridian put together again. */
function joined(polygons: readonly Rings[]): readonly Rings[] {
  const east = polygons.filter((each) => touches(each, 180))
  const west = polygons.filter((each) => touches(each, -180))
  if (!east.length || !west.length) return polygons
  const others = polygons.filter((each) => !east.includes(each) && !west.includes(each))
  const parts = [...east, ...west.map(moved)]
  const [one, other] = parts
  const whole = parts.length === 2 && one && other ? spliced(one, other) : null
  return [...others, ...(whole ? [whole] : parts)]
}

function touches(rings: Rings, meridian: number): boolean {
  return (rings[0] ?? []).some(([lon]) => lon === meridian)
}

function moved(rings: Rings): Rings {
  return rings.map((ring) => ring.map(([lon, lat]): Place => [lon + 360, lat]))
}

/** Two polygons that share one edge along the antimeridian as one; null if they share it otherwise. */
function spliced(one: Rings, other: Rings): Rings | null {
  const [first, second] = [alongSeam(one[0] ?? []), alongSeam(other[0] ?? [])]
  if (!first || !second) return null
  const [begin, end] = [first[0], first.at(-1)]
  const [from, to] = [second[0], second.at(-1)]
  if (!begin || !end || !from || !to || !same(end, from) || !same(begin, to)) return null
  const ring = [...first, ...second.slice(1, -1)]
  const kept = ring.filter((each, at) => each[0] !== 180 || !between(ring, at))
  return [kept, ...one.slice(1), ...other.slice(1)]
}

/** A ring turned so that its one edge along the antimeridian is the closing one; null if not one. */
function alongSeam(ring: Ring): Ring | null {
  const at = ring.flatMap(([lon], index) => {
    const next = ring[(index + 1) % ring.length]
    return lon === 180 && next?.[0] === 180 ? [index] : []
  })
  const [edge] = at
  if (at.length !== 1 || edge === undefined) return null
  return [...ring.slice(edge + 1), ...ring.slice(0, edge + 1)]
}

/** Whether a corner lies on the straight line between its neighbours, so that it says nothing. */
function between(ring: Ring, at: number): boolean {
  const [before, here, after] = [ring.at(at - 1), ring[at], ring[(at + 1) % ring.length]]
  if (!before || !here || !after) return false
  const cross =
    (here[0] - before[0]) * (after[1] - before[1]) - (here[1] - before[1]) * (after[0] - before[0])
  const length = Math.hypot(after[0] - before[0], after[1] - before[1])
  return Math.abs(cross) <= 1e-9 * length
}

/** Every ring of a shape, by polygon and place in it. */
export function ringsOf(shape: Area): { polygon: number; ring: number; corners: Ring }[] {
  return shape.polygons.flatMap((rings, polygon) =>
    rings.map((corners, ring) => ({ polygon, ring, corners })),
  )
}

/** The area with one ring replaced; without corners the ring is taken away, an outer one with its holes. */
export function withRing(shape: Area, polygon: number, ring: number, corners: Ring): Area | null {
  const polygons = shape.polygons.flatMap((rings, at) => {
    if (at !== polygon) return [rings]
    if (corners.length) return [rings.map((each, place) => (place === ring ? corners : each))]
    return ring === 0 ? [] : [rings.filter((_, place) => place !== ring)]
  })
  return polygons.length ? { kind: "area", polygons } : null
}

/** The area with a further ring: a hole of the polygon around it, else a polygon of its own. */
export function withMore(shape: Area | null, corners: Ring): Area {
  const [corner] = corners
  const polygons = shape?.polygons ?? []
  const around = corner ? polygons.findIndex(([outer]) => outer && holds(outer, corner)) : -1
  if (around < 0) return { kind: "area", polygons: [...polygons, [corners]] }
  return {
    kind: "area",
    polygons: polygons.map((rings, at) => (at === around ? [...rings, corners] : rings)),
  }
}

/** Whether a ring, its edges straight in longitude and latitude, goes round a place. */
export function holds(ring: Ring, [lon, lat]: Place): boolean {
  let inside = false
  ring.forEach(([lon2, lat2], at) => {
    const [lon1, lat1] = ring.at(at - 1) ?? [lon2, lat2]
    if (lat1 > lat !== lat2 > lat && lon < ((lon1 - lon2) * (lat - lat2)) / (lat1 - lat2) + lon2)
      inside = !inside
  })
  return inside
}

/** How many corners an area has. */
export function cornerCount(shape: Area): number {
  return ringsOf(shape).reduce((sum, each) => sum + each.corners.length, 0)
}

/** Metres from its northernmost to its southernmost corner, and across at the middle. */
export function extentM(shape: Shape): { north: number; east: number } {
  if (shape.kind === "circle") return { north: 2 * shape.radiusM, east: 2 * shape.radiusM }
  const corners = ringsOf(shape).flatMap((each) => each.corners)
  const [lons, lats] = [corners.map((each) => each[0]), corners.map((each) => each[1])]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const middle = (south + north) / 2
  return {
    north: distanceM([west, south], [west, north]),
    east: distanceM([west, middle], [(west + east) / 2, middle]) * 2,
  }
}
