/** What the map of a day shows, lowest first: zones, doubt, the way, where the wearer is. */
import type { FeatureCollection } from "geojson"

import { circle, positionsOf } from "$/map/geometry"
import type { Overlay } from "$/map/overlay"

import { doubts, type Fix, judged, lines, type Moment, points } from "./track"
import type { Day, Gap } from "./types"

/** The zones of the day, those to keep out of apart from those to be in. */
export function zoneOverlays(zones: Day["zones"]): Overlay[] {
  const of = (role: string): FeatureCollection => ({
    type: "FeatureCollection",
    features: zones
      .filter((each) => each.role === role)
      .map(({ feature }) => {
        const { geometry, properties } = feature
        const [lon, lat] = geometry.coordinates as [number, number]
        if (geometry.type === "Point") return circle(lon, lat, properties.radius_m ?? 0)
        return {
          type: "Feature",
          properties: {},
          geometry,
        } as unknown as FeatureCollection["features"][0]
      }),
  })
  return [
    {
      id: "be-in",
      data: of("be_in"),
      layers: (colours) => [
        { id: "fill", type: "fill", paint: { "fill-color": colours.good, "fill-opacity": 0.14 } },
        { id: "edge", type: "line", paint: { "line-color": colours.good, "line-width": 1.5 } },
      ],
    },
    {
      id: "keep-out",
      data: of("keep_out"),
      layers: (colours) => [
        {
          id: "fill",
          type: "fill",
          paint: { "fill-color": colours.critical, "fill-opacity": 0.14 },
        },
        {
          id: "edge",
          type: "line",
          paint: { "line-color": colours.critical, "line-width": 1.5, "line-dasharray": [4, 2] },
        },
      ],
    },
  ]
}

/** The day's positions: doubt as circles, the way solid, gaps dotted. */
export function trackOverlays(fixes: readonly Fix[], gaps: readonly Gap[]): Overlay[] {
  const sure = judged(fixes)
  return [
    {
      id: "doubts",
      data: doubts(fixes),
      layers: (colours) => [
        {
          id: "fill",
          type: "fill",
          filter: ["==", ["get", "kind"], "uncertain"],
          paint: { "fill-color": colours["text-quiet"], "fill-opacity": 0.03 },
        },
        {
          id: "edge",
          type: "line",
          filter: ["==", ["get", "kind"], "uncertain"],
          paint: { "line-color": colours["text-quiet"], "line-width": 1, "line-opacity": 0.45 },
        },
        {
          id: "out",
          type: "line",
          filter: ["==", ["get", "kind"], "quarantined"],
          paint: { "line-color": colours.serious, "line-width": 1.5, "line-dasharray": [2, 2] },
        },
      ],
    },
    {
      id: "way",
      data: lines(sure, gaps),
      layers: (colours) => [
        {
          id: "seen",
          type: "line",
          filter: ["==", ["get", "kind"], "seen"],
          layout: { "line-join": "round", "line-cap": "round" },
          paint: { "line-color": colours.link, "line-width": 2.5, "line-opacity": 0.55 },
        },
        {
          id: "gap",
          type: "line",
          filter: ["==", ["get", "kind"], "gap"],
          layout: { "line-cap": "round" },
          paint: {
            "line-color": colours["text-quiet"],
            "line-width": 2,
            "line-dasharray": [0.1, 2.5],
          },
        },
      ],
    },
    {
      id: "points",
      data: points(sure),
      layers: (colours) => [
        {
          id: "dots",
          type: "circle",
          minzoom: 13,
          paint: { "circle-radius": 2, "circle-color": colours.link, "circle-opacity": 0.6 },
        },
      ],
    },
  ]
}

/** Where the wearer is at the time that is shown, as large as its accuracy. */
export function cursorOverlay(moment: Moment | null): Overlay {
  const features = moment
    ? [
        {
          ...circle(moment.lon, moment.lat, moment.accuracyM, 48),
          properties: { unknown: moment.unknown },
        },
        {
          type: "Feature" as const,
          properties: { unknown: moment.unknown },
          geometry: { type: "Point" as const, coordinates: [moment.lon, moment.lat] },
        },
      ]
    : []
  return {
    id: "cursor",
    data: { type: "FeatureCollection", features },
    layers: (colours) => [
      {
        id: "accuracy",
        type: "fill",
        filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": colours.link, "fill-opacity": 0.2 },
      },
      {
        id: "place",
        type: "circle",
        filter: ["==", ["geometry-type"], "Point"],
        paint: {
          "circle-radius": 8,
          "circle-color": ["case", ["get", "unknown"], colours.surface, colours.link],
          "circle-stroke-color": ["case", ["get", "unknown"], colours.link, colours.surface],
          "circle-stroke-width": 3,
        },
      },
    ],
  }
}

/** Every position that the map should hold, places to be in included. */
export function extent(fixes: readonly Fix[], zones: Day["zones"]): [number, number][] {
  const seen = judged(fixes).map((each): [number, number] => [each.lon, each.lat])
  if (seen.length) return seen
  return zones.flatMap((each) => [...positionsOf(each.feature.geometry.coordinates)]) as [
    number,
    number,
  ][]
}
