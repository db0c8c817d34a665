/** Places and corners as people type them: latitude, longitude in degrees, one corner a line. */
import type { Place } from "./geodesic"
import type { Ring } from "./shape"

const DECIMALS = 6

/** Degrees with at most six decimals, which is a tenth of a metre. */
export function degrees(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(DECIMALS))) : ""
}

/** A longitude as it is read: within -180..180. */
export function wrapped(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180
}

/** The corners of a ring as text. */
export function cornersText(ring: Ring): string {
  return ring.map(([lon, lat]) => `${degrees(lat)}, ${degrees(wrapped(lon))}`).join("\n")
}

export interface Typed {
  corners: Ring
  /** Lines that are no corner, from 1. */
  wrong: number[]
}

/** The corners that text says; longitudes run on over the antimeridian the short way. */
export function cornersOf(text: string): Typed {
  const corners: Place[] = []
  const wrong: number[] = []
  text.split("\n").forEach((line, at) => {
    if (!line.trim()) return
    const place = placeOf(line)
    if (place) corners.push(nearTo(place, corners.at(-1)))
    else wrong.push(at + 1)
  })
  const [first, last] = [corners[0], corners.at(-1)]
  const again = first && last && corners.length > 3 && first[0] === last[0] && first[1] === last[1]
  return { corners: again ? corners.slice(0, -1) : corners, wrong }
}

/** The place that "latitude, longitude" names; null if it names none. */
export function placeOf(text: string): Place | null {
  const parts = text.trim().split(/[\s,;]+/)
  if (parts.length !== 2) return null
  const [lat, lon] = parts.map(Number)
  if (lat === undefined || lon === undefined) return null
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 360 ? [lon, lat] : null
}

function nearTo([lon, lat]: Place, before: Place | undefined): Place {
  return before ? [lon + 360 * Math.round((before[0] - lon) / 360), lat] : [lon, lat]
}

/** The number that text says; NaN if it says none. */
export function numberOf(text: string): number {
  return text.trim() ? Number(text) : Number.NaN
}

/** `85 m`, `1.2 km`, `340 km` */
export function metres(value: number): string {
  if (!Number.isFinite(value)) return "–"
  if (value < 1_000) return `${Number(value.toFixed(value < 10 ? 1 : 0))} m`
  return `${(value / 1_000).toLocaleString("en-GB", { maximumSignificantDigits: 3 })} km`
}
