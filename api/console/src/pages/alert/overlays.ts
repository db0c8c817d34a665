/** How the map of an alert is drawn; lowest first. The legend beside it has the same colours. */
import type { Feature, FeatureCollection, Geometry, Point, Position } from "geojson"
import type { ExpressionSpecification } from "maplibre-gl"

import type { Schemas } from "$/api/types"
import { circle, positionsOf } from "$/map/geometry"
import type { Overlay } from "$/map/overlay"

import {
  accuracyCircles,
  evidencePoints,
  type Fix,
  pixelsPerMetre,
  protectedPlaces,
  trackParts,
} from "./mapping"

interface Shown {
  zones: readonly Feature<Geometry>[]
  keepOut: boolean
  bufferM: number
  evidence: readonly Schemas["EvidenceOut"][]
  track: readonly Fix[]
  began: number
  ended: number | null
  crossings: readonly (Position | null)[]
  last: Fix | null
}

const COMPLYING: ExpressionSpecification = ["in", ["get", "role"], ["literal", ["before", "after"]]]

/** The overlays of an alert's map. */
export function overlaysOf(shown: Shown): Overlay[] {
  const zones: FeatureCollection = { type: "FeatureCollection", features: [...shown.zones] }
  const first = shown.zones[0]
  const lat = first
    ? [...positionsOf((first.geometry as { coordinates: unknown }).coordinates)][0]?.[1]
    : 0
  const colour = shown.keepOut ? "critical" : "good"
  const places: FeatureCollection<Point> = {
    type: "FeatureCollection",
    features: shown.crossings.flatMap((each) =>
      each
        ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: each } }]
        : [],
    ),
  }
  return [
    {
      id: shown.bufferM ? "zones-ringed" : "zones",
      data: zones,
      layers: (colours) => [
        ...(shown.bufferM
          ? [
              {
                id: "ring",
                type: "line" as const,
                layout: { "line-join": "round" as const },
                paint: {
                  "line-color": colours.serious,
                  "line-opacity": 0.18,
                  // A line that is centred on the edge: its outer half is the ring.
                  "line-width": doubling(2 * shown.bufferM * pixelsPerMetre(lat ?? 0)),
                },
              },
            ]
          : []),
        {
          id: "fill",
          type: "fill",
          paint: { "fill-color": colours[colour], "fill-opacity": 0.14 },
        },
        { id: "edge", type: "line", paint: { "line-color": colours[colour], "line-width": 2 } },
      ],
    },
    {
      id: "track",
      data: trackParts(shown.track, shown.began, shown.ended),
      layers: (colours) => [
        {
          id: "around",
          type: "line",
          filter: ["!=", ["get", "part"], "during"],
          paint: {
            "line-color": colours["text-quiet"],
            "line-width": 2,
            "line-dasharray": [2, 1.5],
          },
        },
        {
          id: "during",
          type: "line",
          filter: ["==", ["get", "part"], "during"],
          paint: { "line-color": colours.link, "line-width": 3 },
        },
      ],
    },
    {
      id: "accuracy",
      data: accuracyCircles(shown.evidence),
      layers: (colours) => [
        {
          id: "fill",
          type: "fill",
          paint: {
            "fill-color": ["case", COMPLYING, colours.good, colours.critical],
            "fill-opacity": 0.1,
          },
        },
        {
          id: "edge",
          type: "line",
          paint: {
            "line-color": ["case", COMPLYING, colours.good, colours.critical],
            "line-width": 1,
            "line-opacity": 0.7,
          },
        },
      ],
    },
    {
      id: "evidence",
      data: evidencePoints(shown.evidence),
      layers: (colours) => [
        {
          id: "points",
          type: "circle",
          paint: {
            "circle-radius": ["match", ["get", "role"], "deepest", 6, 4],
            "circle-color": ["case", COMPLYING, colours.surface, colours.critical],
            "circle-stroke-color": ["case", COMPLYING, colours.good, colours.surface],
            "circle-stroke-width": ["case", COMPLYING, 2, 1],
          },
        },
      ],
    },
    {
      id: "protected",
      data: protectedPlaces(shown.evidence),
      layers: (colours) => [
        {
          id: "edge",
          type: "line",
          paint: { "line-color": colours.system, "line-width": 1.5, "line-opacity": 0.8 },
        },
      ],
    },
    {
      id: "last",
      data: {
        type: "FeatureCollection",
        features: shown.last ? [shown.last as Feature<Point>, around(shown.last)] : [],
      },
      layers: (colours) => [
        {
          id: "around",
          type: "line",
          filter: ["==", ["geometry-type"], "Polygon"],
          paint: { "line-color": colours.text, "line-width": 1 },
        },
        {
          id: "point",
          type: "circle",
          filter: ["==", ["geometry-type"], "Point"],
          paint: {
            "circle-radius": 7,
            "circle-color": colours.link,
            "circle-stroke-color": colours.surface,
            "circle-stroke-width": 2,
          },
        },
      ],
    },
    {
      id: "crossings",
      data: places,
      layers: (colours) => [
        {
          id: "points",
          type: "circle",
          paint: {
            "circle-radius": 6,
            "circle-color": colours.serious,
            "circle-stroke-color": colours.text,
            "circle-stroke-width": 2,
          },
        },
      ],
    },
  ]
}

function around({ geometry, properties }: Fix): Feature<Geometry> {
  const [lon = 0, lat = 0] = geometry.coordinates as Position
  return circle(lon, lat, properties.accuracy_m)
}

/** A size in pixels that doubles with each zoom, as the ground does. */
function doubling(atZoom0: number): ExpressionSpecification {
  return ["interpolate", ["exponential", 2], ["zoom"], 0, atZoom0, 24, atZoom0 * 2 ** 24]
}
