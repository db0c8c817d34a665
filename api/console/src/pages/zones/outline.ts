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

/** As near to each other as zones of one town. */
const NEAR_DEG = 0.05
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
  const boxes = shapes.map(shapeBounds).filter((each) => each !== null)
  const lon = ([west, , east]: Bounds) => (west + east) / 2
  const lat = ([, south, , north]: Bounds) => (south + north) / 2
  const [west, east] = fence(boxes.map(lon))
  const [south, north] = fence(boxes.map(lat))
  const usual = boxes.filter(
    (box) => within(lon(box), west, east) && within(lat(box), south, north),
  )
  return boundsOf(
    usual.flatMap(([w, s, e, n]) => [
      [w, s],
      [e, n],
    ]),
  )
}

/** Between what values most lie: no farther from the middle half than three times its width. */
function fence(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0
  const width = Math.max(NEAR_DEG, at(0.75) - at(0.25))
  return [at(0.25) - 3 * width, at(0.75) + 3 * width]
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
