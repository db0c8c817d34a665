/** A zone as it is being edited, and what of it the API is sent. */
import { DRAFT_KEY } from "$/drafts/key"
import type { Feature, Geometry } from "geojson"

import type { Schemas } from "$/api/types"

import { cornerCount, geometryOf, type Shape, shapeOf } from "./shape"

export interface Draft {
  name: string
  shape: Shape | null
  /** From when on it is to count, RFC 3339; null: from now. */
  effectiveFrom: string | null
}

export type ZoneFeature = Schemas["ZoneFeature"]

/** An id of a zone, as the API takes it. */
export const ZONE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/

export const EMPTY: Draft = { name: "", shape: null, effectiveFrom: null }

/** The draft that a stored version begins. */
export function draftOf(zone: ZoneFeature): Draft {
  const shape = shapeOf(zone.geometry as Geometry, zone.properties.radius_m)
  return { name: zone.properties.name, shape, effectiveFrom: null }
}

/** The draft as a GeoJSON Feature for the API; null while there is nothing to send. */
export function featureOf(draft: Draft, zoneId: string | null): Feature | null {
  const { shape } = draft
  if (!shape || !drawn(shape)) return null
  const properties: Record<string, unknown> = { name: draft.name.trim() }
  if (zoneId) properties.zone_id = zoneId
  if (shape.kind === "circle") properties.radius_m = shape.radiusM
  if (draft.effectiveFrom) properties.effective_from = draft.effectiveFrom
  return { type: "Feature", properties, geometry: geometryOf(shape) }
}

/** Whether there is enough of a shape to ask about. */
export function drawn(shape: Shape | null): shape is Shape {
  if (!shape) return false
  if (shape.kind === "circle")
    return shape.radiusM > 0 && shape.centre.every((each) => Number.isFinite(each))
  return cornerCount(shape) >= 3
}

/** Whether a draft says something else than the version it began from. */
export function differs(draft: Draft, from: Draft): boolean {
  return (
    JSON.stringify({ ...draft, effectiveFrom: null }) !==
    JSON.stringify({ ...from, effectiveFrom: null })
  )
}

/** An id made of a name: `North School` becomes `NORTH-SCHOOL`; one that is taken gets a number. */
export function idFor(name: string, taken: (zoneId: string) => boolean): string {
  const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase()
  const id =
    plain
      .replace(/[^A-Z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 56) || "ZONE"
  if (!taken(id)) return id
  for (let number = 2; ; number++) if (!taken(`${id}-${number}`)) return `${id}-${number}`
}

/** Leave a draft for the page that asks what it would have meant. */
export function handOver(store: Pick<Storage, "setItem">, zoneId: string, draft: Draft): boolean {
  const feature = featureOf({ ...draft, effectiveFrom: null }, zoneId)
  if (!feature) return false
  store.setItem(DRAFT_KEY, JSON.stringify({ zones: [feature] }))
  return true
}
