/**
 * What lies under everything else on a map: a plain ground, and the base map if one is set up.
 *
 * It is asked for once. Whatever goes wrong with it, maps are drawn without it, and say so.
 */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl"

import { api, ask } from "$/api/client"
import type { Schemas } from "$/api/types"

import type { Bounds } from "./geometry"
import { drawnLayers, GROUND, imageLayer, tileLayers } from "./ground"
import type { Palette } from "./palette"

export type BaseMap = Schemas["BaseMapOut"]

/** A base map, ready to draw. */
export interface Base {
  bounds: Bounds | null
  /** Whose map it is; empty if there is none. */
  attribution: string
  /** Why it is not there although one is set; null if nothing is wrong. */
  problem: string | null
  style: (colours: Palette, dark: boolean) => StyleSpecification
}

/** A server that takes longer must not keep the map from being drawn. */
const PATIENCE_MS = 3_000

/** A plain ground in the theme's colours. */
export const PLAIN: Base = {
  bounds: null,
  attribution: "",
  problem: null,
  style: (colours) => plain(colours),
}

let loading: Promise<Base> | undefined

/** The base map that is set; asked for again only if that failed. */
export function base(): Promise<Base> {
  loading ??= ask(api.GET("/v1/base-map", { signal: AbortSignal.timeout(PATIENCE_MS) }))
    .then(baseOf)
    .then((found) => {
      if (found.problem !== null) loading = undefined
      return found
    })
    .catch((error: unknown) => {
      loading = undefined
      return { ...PLAIN, problem: error instanceof Error ? error.message : String(error) }
    })
  return loading
}

/** The base map that an answer of the API describes. */
export async function baseOf(said: BaseMap): Promise<Base> {
  const common = {
    bounds: said.bounds as Bounds | null,
    attribution: said.attribution,
    problem: said.problem,
  }
  if (said.problem !== null || said.url === null) return { ...PLAIN, ...common, attribution: "" }
  const { url } = said
  const zooms = { minzoom: said.min_zoom ?? 0, maxzoom: said.max_zoom ?? 22 }
  switch (said.kind) {
    case "raster":
      return {
        ...common,
        style: (colours, dark) =>
          plain(colours, { type: "raster", tiles: [url], tileSize: 256, maxzoom: 19 }, [
            imageLayer(dark),
          ]),
      }
    case "vector":
      if (!url.includes("{z}")) return { ...common, ...(await styleAt(url)) }
      return {
        ...common,
        style: (colours) =>
          plain(colours, { type: "vector", tiles: [url], maxzoom: 14 }, tileLayers(null, colours)),
      }
    case "geojson":
      return {
        ...common,
        style: (colours) => plain(colours, { type: "geojson", data: url }, drawnLayers(colours)),
      }
    case "pmtiles": {
      const { archive } = await import("./pmtiles")
      const { tiles, image, layers } = await archive(url)
      return {
        ...common,
        style: (colours, dark) =>
          image
            ? plain(colours, { type: "raster", tiles, tileSize: 256, ...zooms }, [imageLayer(dark)])
            : plain(colours, { type: "vector", tiles, ...zooms }, tileLayers(layers, colours)),
      }
    }
    default:
      return { ...PLAIN, ...common }
  }
}

function plain(
  colours: Palette,
  source?: SourceSpecification,
  layers: LayerSpecification[] = [],
): StyleSpecification {
  return {
    version: 8,
    // Without `glyphs`, labels are drawn with the fonts of this machine.
    sources: source ? { [GROUND]: source } : {},
    layers: [
      { id: "ground-colour", type: "background", paint: { "background-color": colours.ground } },
      ...layers,
    ],
  }
}

/** A style of somebody else is taken as it is, light or dark. */
async function styleAt(url: string): Promise<Pick<Base, "style">> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!answer.ok) throw new Error(`${new URL(url).host}: ${answer.status}`)
  const style = (await answer.json()) as StyleSpecification
  return { style: () => structuredClone(style) }
}
