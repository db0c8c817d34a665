/**
 * What is seen of a shape: its outline as it is judged, and the box around it.
 *
 * A circle is drawn from geodesics. Edges of areas are straight in longitude and latitude, which on
 * the map they are not: they are drawn in steps, so that what is seen is what is judged.
 */
import type { MultiPolygon, Position } from "geojson"

import { type Bounds, boundsOf } from "$/map/geometry"

import { destination, distanceM, type Place } from "./geodesic"
import { type Circle, closed, type Shape } from "./shape"

/** Part of many zones, at each end, that may lie elsewhere. */
const ELSEWHERE = 0.03
const STEP_DEG = 0.05
const MOST_STEPS = 200
/** The edge of the map: the projection ends there. */
const NORTH_END = 85.06

/** The outline of a shape as polygons for the map; longitudes lie together. */
export function outline(shape: Shape): MultiPolygon {
  if (shape.kind === "circle") {
    const ring = circleRing(shape)
    return { type: "MultiPolygon", coordinates: ring.length ? [[ring]] : [] }
  }
  return {
    type: "MultiPolygon",
    coordinates: shape.polygons.map((rings) => rings.map((ring) => stepped(closed(ring)))),
  }
}

/** The box around a shape; null if it has no extent yet. */
export function shapeBounds(shape: Shape | null): Bounds | null {
  if (!shape) return null
  return boundsOf(outline(shape).coordinates.flat(2))
}

/** The box around most of many shapes: a few that lie elsewhere do not make a map of the world. */
export function usualBounds(shapes: readonly Shape[]): Bounds | null {
  const boxes = shapes.flatMap((each) => shapeBounds(each) ?? [])
  const all = Array.from({ length: boxes.length / 4 }, (_, at) => boxes.slice(4 * at, 4 * at + 4))
  const [lons, lats] = [sorted(all, 0, 2), sorted(all, 1, 3)]
  const out = Math.floor(all.length * ELSEWHERE)
  const [west, east] = [lons[out], lons[lons.length - 1 - out]]
  const [south, north] = [lats[out], lats[lats.length - 1 - out]]
  if (west === undefined || east === undefined || south === undefined || north === undefined)
    return null
  const usual = all.filter(
    (box) => within(middle(box, 0, 2), west, east) && within(middle(box, 1, 3), south, north),
  )
  return boundsOf(
    usual.flatMap(([w = 0, s = 0, e = 0, n = 0]) => [
      [w, s],
      [e, n],
    ]),
  )
}

function sorted(boxes: readonly (readonly number[])[], from: number, to: number): number[] {
  return boxes.map((each) => middle(each, from, to)).sort((one, other) => one - other)
}

function middle(box: readonly number[], from: number, to: number): number {
  return ((box[from] ?? 0) + (box[to] ?? 0)) / 2
}

function within(value: number, from: number, to: number): boolean {
  return from <= value && value <= to
}

/** A closed ring of a circle, every point of it as far from the centre as any other. */
export function circleRing({ centre, radiusM }: Circle): Position[] {
  if (!(radiusM > 0) || !centre.every(Number.isFinite)) return []
  const steps = radiusM > 20_000 ? 180 : 90
  const ring: Place[] = []
  for (let step = 0; step < steps; step++) {
    const at = destination(centre, (360 * step) / steps, radiusM)
    const before = ring.at(-1)?.[0] ?? centre[0]
    ring.push([at[0] + 360 * Math.round((before - at[0]) / 360), at[1]])
  }
  const pole = [90, -90].find((lat) => distanceM(centre, [centre[0], lat]) < radiusM)
  return pole === undefined ? closed(ring) : capped(ring, pole)
}

/** A ring that goes round a pole, closed along the map's edge instead. */
function capped(ring: readonly Place[], pole: number): Position[] {
  const [first] = ring
  if (!first) return []
  const last = ring.at(-1) ?? first
  const turn = last[0] > first[0] ? 360 : -360
  const end: Position = [first[0] + turn, first[1]]
  const edge = Math.sign(pole) * NORTH_END
  return [...ring.map((each) => [...each]), end, [end[0] ?? 0, edge], [first[0], edge], [...first]]
}

/** A ring with points between, so close that its edges look as straight as they are. */
export function stepped(ring: readonly Position[]): Position[] {
  return ring.flatMap((end, at) => {
    const start = ring[at - 1]
    if (!start) return [end]
    const [lon1 = 0, lat1 = 0] = start
    const [lon2 = 0, lat2 = 0] = end
    // Along a meridian or a parallel an edge is straight on the map, too.
    const bent = lon1 !== lon2 && lat1 !== lat2
    const wanted = bent ? Math.ceil(Math.abs(lat2 - lat1) / STEP_DEG) : 1
    const steps = Math.max(1, Math.min(MOST_STEPS, wanted))
    return Array.from({ length: steps }, (_, step): Position => {
      const part = (step + 1) / steps
      return part === 1 ? end : [lon1 + (lon2 - lon1) * part, lat1 + (lat2 - lat1) * part]
    })
  })
}
