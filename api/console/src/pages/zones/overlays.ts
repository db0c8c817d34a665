/** What the pages of zones put on the map. */
import type { Feature, FeatureCollection, Geometry } from "geojson"

import { boundsOf, positionsOf } from "$/map/geometry"
import type { Overlay } from "$/map/overlay"
import type { Palette } from "$/map/palette"

import type { Zone } from "./calls"
import type { Place } from "./geodesic"
import { outline } from "./outline"
import { type Shape, shapeOf } from "./shape"

/** Many zones, the one with `chosen` standing out. */
export function zonesOverlay(zones: readonly Zone[], chosen: string | null): Overlay {
  const features = zones.flatMap((zone) => {
    const shape = shapeOf(zone.geometry as Geometry, zone.properties.radius_m)
    return shape ? [featureOf(shape, { zone: zone.id, chosen: zone.id === chosen })] : []
  })
  // The smaller a zone, the later it is drawn: so it can be seen, and pointed at.
  const sized = features.map((each) => ({ each, size: reach(each.geometry) }))
  sized.sort((one, other) => other.size - one.size)
  const data = collection(sized.map(({ each }) => each))
  return { id: "zones", data, exact: true, layers: zoneLayers }
}

function zoneLayers(colours: Palette): ReturnType<Overlay["layers"]> {
  const chosen = ["get", "chosen"] as ["get", string]
  return [
    {
      id: "fill",
      type: "fill",
      paint: {
        "fill-color": colours.link,
        "fill-opacity": ["case", chosen, 0.35, 0.06],
      },
    },
    {
      id: "line",
      type: "line",
      paint: { "line-color": colours.link, "line-width": ["case", chosen, 3, 1.25] },
    },
    {
      // A zone too small to be seen from afar.
      id: "dot",
      type: "circle",
      maxzoom: 11,
      paint: {
        "circle-color": colours.link,
        "circle-radius": ["case", chosen, 6, 2.5],
      },
    },
  ]
}

function reach(geometry: Geometry): number {
  const box = "coordinates" in geometry ? boundsOf(positionsOf(geometry.coordinates)) : null
  return box ? (box[2] - box[0]) * (box[3] - box[1]) : 0
}

/** The shape that is looked at or drawn. */
export function shapeOverlay(shape: Shape | null, wrong = false): Overlay {
  return {
    id: wrong ? "shape-wrong" : "shape",
    data: collection(shape ? [featureOf(shape, {})] : []),
    exact: true,
    layers: (colours) => {
      const colour = wrong ? colours.critical : colours.link
      return [
        { id: "fill", type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.18 } },
        { id: "line", type: "line", paint: { "line-color": colour, "line-width": 2.5 } },
      ]
    },
  }
}

/** Where the zone was before. */
export function formerOverlay(shape: Shape | null): Overlay {
  return {
    id: "former",
    data: collection(shape ? [featureOf(shape, {})] : []),
    exact: true,
    layers: (colours) => [
      {
        id: "line",
        type: "line",
        paint: {
          "line-color": colours["text-quiet"],
          "line-width": 2,
          "line-dasharray": [3, 2],
        },
      },
    ],
  }
}

/** The places that findings name. */
export function placesOverlay(places: readonly Place[]): Overlay {
  const features = places.map((place): Feature => ({
    type: "Feature",
    properties: {},
    geometry: { type: "Point", coordinates: [...place] },
  }))
  return {
    id: "places",
    data: collection(features),
    layers: (colours) => [
      {
        id: "ring",
        type: "circle",
        paint: {
          "circle-radius": 11,
          "circle-opacity": 0,
          "circle-stroke-width": 3,
          "circle-stroke-color": colours.critical,
        },
      },
    ],
  }
}

function featureOf(shape: Shape, properties: Record<string, unknown>): Feature {
  return { type: "Feature", properties, geometry: outline(shape) }
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features }
}
