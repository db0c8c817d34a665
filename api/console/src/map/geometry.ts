/** Shapes for the map, in degrees; sizes in metres on the WGS 84 ellipsoid. */
import type { Feature, Polygon, Position } from "geojson"

const A = 6_378_137
const E2 = 0.00669437999014

/** Metres of one degree of latitude, and of longitude, at a latitude (WGS 84 radii of curvature). */
export function metresPerDegree(lat: number): { lat: number; lon: number } {
  const phi = (lat * Math.PI) / 180
  const w = 1 - E2 * Math.sin(phi) ** 2
  const degree = Math.PI / 180
  return {
    lat: (degree * A * (1 - E2)) / w ** 1.5,
    lon: ((degree * A) / Math.sqrt(w)) * Math.cos(phi),
  }
}

/** A circle as a closed polygon; near enough to the geodesic one for the eye (0.1 % at 50 km). */
export function circle(lon: number, lat: number, radiusM: number, steps = 72): Feature<Polygon> {
  const metres = metresPerDegree(lat)
  const ring: Position[] = []
  for (let step = 0; step <= steps; step++) {
    const angle = (2 * Math.PI * (step % steps)) / steps
    ring.push([
      lon + (radiusM * Math.sin(angle)) / metres.lon,
      lat + (radiusM * Math.cos(angle)) / metres.lat,
    ])
  }
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } }
}

/** West, south, east, north. */
export type Bounds = [number, number, number, number]

/** The box around positions; null if there are none. */
export function boundsOf(positions: Iterable<Position>): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [lon = 0, lat = 0] of positions) {
    box[0] = Math.min(box[0], lon)
    box[1] = Math.min(box[1], lat)
    box[2] = Math.max(box[2], lon)
    box[3] = Math.max(box[3], lat)
  }
  return box[0] <= box[2] ? box : null
}

/** Every position of a geometry or of nested coordinates. */
export function* positionsOf(coordinates: unknown): Generator<Position> {
  if (!Array.isArray(coordinates)) return
  if (typeof coordinates[0] === "number") yield coordinates as Position
  else for (const each of coordinates) yield* positionsOf(each)
}

/** A longitude as it is written beside another: 179.9 is -180.1 beside -179.9. */
export function lonBeside(lon: number, middle: number): number {
  return lon + 360 * Math.round((middle - lon) / 360)
}

/**
 * Data with every longitude beside `middle`, so that nothing is torn apart at the antimeridian:
 * those in fields called `lon`, and the first of each pair in `coordinates`.
 */
export function beside<T>(data: T, middle: number): T {
  const moved = (value: unknown, key: string): unknown => {
    if (key === "lon" && typeof value === "number") return lonBeside(value, middle)
    if (key === "coordinates") return movedPairs(value, middle)
    if (Array.isArray(value)) return value.map((each) => moved(each, ""))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, moved(each, name)]),
    )
  }
  return moved(data, "") as T
}

function movedPairs(value: unknown, middle: number): unknown {
  if (!Array.isArray(value)) return value
  const [lon, ...rest] = value as unknown[]
  if (typeof lon === "number") return [lonBeside(lon, middle), ...rest]
  return value.map((each) => movedPairs(each, middle))
}
