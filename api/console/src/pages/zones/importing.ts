/** Files with zones: GeoJSON or KML, read into Features that the API can be asked about. */
import type { Feature, FeatureCollection, GeoJSON, Geometry } from "geojson"

import { idFor, ZONE_ID } from "./draft"

/** Radius of a point that states none, in metres. */
export const DEFAULT_RADIUS_M = 100

/** A file that cannot be read as zones; its message is for people. */
export class ImportError extends Error {}

export interface Reading {
  features: Feature[]
  /** What lies in the file and can be no zone: how many lines. */
  lines: number
}

/** How a file is read; the words for people come from the strings. */
export interface Words {
  notRead: (file: string) => string
  notGeoJson: (file: string) => string
  nothing: (file: string) => string
}

/** The Features of a file's text. */
export async function featuresOf(name: string, text: string, words: Words): Promise<Reading> {
  const document = isKml(name, text)
    ? await fromKml(name, text, words)
    : fromJson(name, text, words)
  const every = "features" in document ? document.features : [asFeature(document)]
  const areas = every.flatMap(parts)
  if (!areas.length) throw new ImportError(words.nothing(name))
  return { features: areas, lines: every.flatMap(members).filter(isLine).length }
}

function isKml(name: string, text: string): boolean {
  return /\.kml$/i.test(name) || /^\s*(<\?xml[^>]*>\s*)?<kml[\s>]/i.test(text)
}

async function fromKml(name: string, text: string, words: Words): Promise<FeatureCollection> {
  const { kml } = await import("@tmcw/togeojson")
  const document = new DOMParser().parseFromString(text, "application/xml")
  if (document.querySelector("parsererror")) throw new ImportError(words.notRead(name))
  return kml(document) as FeatureCollection
}

function fromJson(name: string, text: string, words: Words): GeoJSON {
  let document: unknown
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""))
  } catch {
    throw new ImportError(words.notRead(name))
  }
  if (typeof document !== "object" || document === null || !("type" in document))
    throw new ImportError(words.notGeoJson(name))
  if ("features" in document && !Array.isArray(document.features))
    throw new ImportError(words.notGeoJson(name))
  return document as GeoJSON
}

function asFeature(document: GeoJSON): Feature {
  if (document.type === "Feature") return document
  return { type: "Feature", properties: {}, geometry: document as Geometry }
}

/** The geometries of a Feature: of a collection in it, each. */
function members(feature: Feature): Geometry[] {
  const geometry = feature.geometry as Geometry | null
  if (!geometry) return []
  return geometry.type === "GeometryCollection" ? geometry.geometries : [geometry]
}

function isLine(geometry: Geometry): boolean {
  return geometry.type === "LineString" || geometry.type === "MultiLineString"
}

/** The Features that may be zones: one for each area or point in it; a broken one stays as it is. */
function parts(feature: Feature): Feature[] {
  const found = members(feature).filter((each) => !isLine(each))
  if (!found.length) return members(feature).length ? [] : [feature]
  return found.map((geometry) => ({ ...feature, geometry }))
}

/** What of a KML's style and description is no concern of a zone. */
const KEPT = ["name", "radius_m", "effective_from", "zone_id"] as const

/** Features as the API takes them: each with an id, points with a radius, and nothing more. */
export function prepared(
  features: readonly Feature[],
  radiusM: number,
  taken: (zoneId: string) => boolean,
): Feature[] {
  const stated = features.map(statedId)
  const used = new Set(stated.filter((each) => each !== null))
  return features.map((feature, at) => {
    const properties: Record<string, unknown> = {}
    for (const key of KEPT) {
      const value: unknown = feature.properties?.[key]
      if (value !== undefined && value !== null) properties[key] = value
    }
    const name = typeof properties.name === "string" ? properties.name : ""
    const id = stated[at] ?? idFor(name, (each) => used.has(each) || taken(each))
    used.add(id)
    properties.zone_id = id
    const geometry = feature.geometry as Geometry | null
    if (geometry?.type === "Point") properties.radius_m = radius(properties.radius_m, radiusM)
    return { type: "Feature", properties, geometry: feature.geometry }
  })
}

/** The id a Feature states and the API would take. */
function statedId(feature: Feature): string | null {
  const id: unknown = feature.properties?.zone_id ?? feature.id
  const text = typeof id === "number" ? String(id) : id
  return typeof text === "string" && ZONE_ID.test(text) ? text : null
}

function radius(stated: unknown, otherwise: number): unknown {
  if (stated === undefined) return otherwise
  return typeof stated === "string" && stated.trim() ? Number(stated) : stated
}
