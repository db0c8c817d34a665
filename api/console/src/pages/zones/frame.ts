/**
 * Terra-draw knows longitudes from -180 to 180 only. It is given the map with its longitudes moved,
 * so that they count from the middle of what is drawn: then nothing ends at the antimeridian.
 */
import type { Feature, Position } from "geojson"
import type { Map as MapLibre } from "maplibre-gl"
import type { TerraDrawChanges, TerraDrawStylingFunction } from "terra-draw"
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter"

import type { Place } from "./geodesic"
import { wrapped } from "./numbers"

/** As exact as terra-draw keeps coordinates: a tenth of a millimetre. */
const DECIMALS = 9

export class FrameAdapter extends TerraDrawMapLibreGLAdapter<MapLibre> {
  #map: MapLibre
  #middle = 0

  constructor(map: MapLibre) {
    super({ map, coordinatePrecision: DECIMALS })
    this.#map = map
  }

  /** Count longitudes from this one. Nothing may be drawn at the time. */
  centreOn(lon: number): void {
    this.#middle = Number(lon.toFixed(DECIMALS))
  }

  /** Places as terra-draw is given them. */
  positions(places: readonly Place[]): Position[] {
    return places.map(([lon, lat]) => [exact(wrapped(lon - this.#middle)), exact(lat)])
  }

  /** Places of terra-draw's positions. */
  places(positions: readonly Position[]): Place[] {
    return positions.map(([lon = 0, lat = 0]): Place => [exact(lon + this.#middle), lat])
  }

  override project(lng: number, lat: number): { x: number; y: number } {
    const there = lng + this.#middle
    const turns = Math.round((this.#map.getCenter().lng - there) / 360)
    return super.project(there + 360 * turns, lat)
  }

  override unproject(x: number, y: number): { lng: number; lat: number } {
    const { lng, lat } = super.unproject(x, y)
    return { lng: wrapped(lng - this.#middle), lat }
  }

  override render(changes: TerraDrawChanges, styling: TerraDrawStylingFunction): void {
    const there = <F extends Feature>(features: F[]) => features.map((each) => this.#there(each))
    super.render(
      {
        created: there(changes.created),
        updated: there(changes.updated),
        unchanged: there(changes.unchanged),
        deletedIds: changes.deletedIds,
      },
      styling,
    )
  }

  #there<F extends Feature>(feature: F): F {
    const { geometry } = feature
    const moved = (at: Position): Position => [(at[0] ?? 0) + this.#middle, at[1] ?? 0]
    if (geometry.type === "Point")
      return { ...feature, geometry: { ...geometry, coordinates: moved(geometry.coordinates) } }
    if (geometry.type === "LineString")
      return { ...feature, geometry: { ...geometry, coordinates: geometry.coordinates.map(moved) } }
    if (geometry.type !== "Polygon") return feature
    const coordinates = geometry.coordinates.map((ring) => ring.map(moved))
    return { ...feature, geometry: { ...geometry, coordinates } }
  }
}

function exact(value: number): number {
  return Number(value.toFixed(DECIMALS))
}
