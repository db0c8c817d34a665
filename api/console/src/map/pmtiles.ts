/** Reads PMTiles for the map, in ranges; loaded only where such a file is the base map. */
import { PMTiles, Protocol, TileType } from "pmtiles"

import { maplibre } from "./maplibre"

const protocol = new Protocol()
maplibre.addProtocol("pmtiles", protocol.tile)

export interface Archive {
  /** Template of the tiles' addresses. */
  tiles: string[]
  /** Whether they are images. */
  image: boolean
  /** Names of the layers in vector tiles; null if the file does not say. */
  layers: string[] | null
}

/** Open the archive at an address of this server. */
export async function archive(path: string): Promise<Archive> {
  const url = new URL(path, location.href).href
  const file = new PMTiles(url)
  protocol.add(file)
  const { tileType } = await file.getHeader()
  return {
    tiles: [`pmtiles://${url}/{z}/{x}/{y}`],
    image: tileType !== TileType.Mvt,
    layers: layersOf(await file.getMetadata()),
  }
}

function layersOf(metadata: unknown): string[] | null {
  const layers = (metadata as { vector_layers?: { id?: unknown }[] } | null)?.vector_layers
  if (!Array.isArray(layers)) return null
  return layers.flatMap(({ id }) => (typeof id === "string" ? [id] : []))
}
