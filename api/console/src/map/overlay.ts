/**
 * What a page puts on a map: data with the layers that draw it, in the theme's colours.
 *
 * Overlays are given whole and in order, lowest first; the map finds out what changed.
 */
import type { GeoJSON } from "geojson"
import type { AddLayerObject, GeoJSONSource, Map } from "maplibre-gl"

import type { Palette } from "./palette"

type Unplaced<L> = L extends { source: unknown } ? Omit<L, "source"> : never

/** A layer of an overlay; its source is the overlay's data. */
export type OverlayLayer = Unplaced<Extract<AddLayerObject, { source: string | object }>>

export interface Overlay {
  id: string
  data: GeoJSON
  /** Draw every point of it: lines are not simplified where the map is small. */
  exact?: boolean
  /** Ids are made unique with the overlay's. */
  layers: (colours: Palette) => readonly OverlayLayer[]
}

/** Bring the map's overlays to those given; `shown` are the ids of the former ones. */
export function place(
  map: Map,
  overlays: readonly Overlay[],
  shown: readonly string[],
  colours: Palette,
): string[] {
  const ids = overlays.map((each) => each.id)
  for (const id of shown) if (!ids.includes(id)) remove(map, id)
  for (const overlay of overlays) {
    const source = map.getSource<GeoJSONSource>(overlay.id)
    if (source) source.setData(overlay.data)
    else add(map, overlay, colours)
  }
  return ids
}

function add(map: Map, overlay: Overlay, colours: Palette): void {
  const { id: source, data, exact } = overlay
  map.addSource(source, { type: "geojson", data, ...(exact && { tolerance: 0 }) })
  for (const layer of overlay.layers(colours)) {
    const id = `${overlay.id}/${layer.id}`
    map.addLayer({ ...layer, id, source: overlay.id } as AddLayerObject)
  }
}

function remove(map: Map, id: string): void {
  for (const layer of map.getStyle().layers) {
    if ("source" in layer && layer.source === id) map.removeLayer(layer.id)
  }
  if (map.getSource(id)) map.removeSource(id)
}
