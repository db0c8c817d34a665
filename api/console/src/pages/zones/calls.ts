/** What the pages of zones ask the API. */
import type { Feature } from "geojson"

import { api, ask } from "$/api/client"
import type { Schemas } from "$/api/types"

export type Zone = Schemas["ZoneFeature"]
export type Version = Schemas["ZoneVersionFeature"]
export type Finding = Schemas["FindingOut"]
export type Uses = Schemas["ZoneUses"]
export type DraftFindings = Schemas["ZoneDraftFindings"]
export type Imported = Schemas["ZoneImported"]
export type ListState = "in_effect" | "planned" | "withdrawn"

export interface Listed {
  zones: Zone[]
  /** There are more than fit on one page. */
  more: boolean
}

export interface Search {
  q: string
  state: ListState
  /** West, south, east, north; null: anywhere. */
  bbox: readonly number[] | null
}

const PAGE = 1_000

export async function listZones({ q, state, bbox }: Search, signal: AbortSignal): Promise<Listed> {
  const query = {
    limit: PAGE,
    state,
    ...(q && { q }),
    ...(bbox && { bbox: bbox.map((each) => each.toFixed(6)).join(",") }),
  }
  const page = await ask(api.GET("/v1/zones", { params: { query }, signal }))
  return { zones: page.features, more: page.next !== null }
}

export async function versionsOf(zoneId: string): Promise<Version[]> {
  const path = { zone_id: zoneId }
  return (await ask(api.GET("/v1/zones/{zone_id}/versions", { params: { path } }))).features
}

export function usesOf(zoneId: string): Promise<Uses> {
  return ask(api.GET("/v1/zones/{zone_id}/uses", { params: { path: { zone_id: zoneId } } }))
}

export async function findingsOf(zoneId: string): Promise<Finding[]> {
  const path = { zone_id: zoneId }
  const found = await ask(api.GET("/v1/zones/{zone_id}/findings", { params: { path } }))
  return found.findings
}

/** What would be said of a draft. */
export function askAbout(feature: Feature, signal: AbortSignal): Promise<DraftFindings> {
  return ask(api.POST("/v1/zones/findings", { body: { ...feature, type: "Feature" }, signal }))
}

/** Store a zone. `expected`: the version it was made from, 0 for a new one. */
export function store(zoneId: string, feature: Feature, expected: number, note: string) {
  const params = { path: { zone_id: zoneId }, query: { expected_version: expected, note } }
  return ask(api.PUT("/v1/zones/{zone_id}", { params, body: plain(feature) }))
}

export function withdraw(zoneId: string, expected: number, note: string) {
  const params = { path: { zone_id: zoneId } }
  const body = { expected_version: expected, note }
  return ask(api.POST("/v1/zones/{zone_id}/withdraw", { params, body }))
}

/** Store many zones, or with `check` only look at what they would become. */
export function importZones(features: readonly Feature[], check: boolean, note: string) {
  const body = { type: "FeatureCollection", features: features.map(plain) } as const
  return ask(api.POST("/v1/zones/import", { params: { query: { check, note } }, body }))
}

function plain(feature: Feature) {
  const { type, properties } = feature
  return { type, properties, geometry: feature.geometry as unknown as Record<string, never> }
}
