/**
 * The ground's layers by what they are drawn from: quiet, so that what lies on it stands out.
 *
 * Of vector tiles the layers of OpenMapTiles and of Protomaps are known by name; others are drawn
 * by the shape of what is in them. Labels use the fonts of this machine: nothing is loaded for them.
 */
import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl"

import type { Palette } from "./palette"

/** Id of the ground's source in a style. */
export const GROUND = "ground-map"

const KIND: ExpressionSpecification = ["coalesce", ["get", "class"], ["get", "kind"], ""]
const MAIN = ["motorway", "trunk", "primary", "secondary", "highway", "major_road", "medium_road"]
const GREEN = ["park", "wood", "forest", "grass", "nature_reserve", "grassland", "cemetery"]
const FONT = ["sans-serif"]

/** Width in pixels that grows as streets do: a street of so many pixels at zoom 16. */
function width(at16: number): ExpressionSpecification {
  return ["interpolate", ["exponential", 1.7], ["zoom"], 10, at16 / 14, 16, at16, 20, at16 * 6]
}

type Line = Extract<LayerSpecification, { type: "line" }>
type Fill = Extract<LayerSpecification, { type: "fill" }>
type Label = Extract<LayerSpecification, { type: "symbol" }>

interface Drawn {
  id: string
  source: string
  "source-layer"?: string
  filter?: ExpressionSpecification
}

function fill(drawn: Drawn, colour: string): Fill {
  return { ...drawn, type: "fill", paint: { "fill-color": colour } }
}

function line(drawn: Drawn, colour: string, at16: number): Line {
  return {
    ...drawn,
    type: "line",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width(at16) },
  }
}

function label(drawn: Drawn, colours: Palette, along: boolean, minzoom: number): Label {
  return {
    ...drawn,
    type: "symbol",
    minzoom,
    layout: {
      "symbol-placement": along ? "line" : "point",
      "symbol-spacing": 400,
      "text-field": ["coalesce", ["get", "name"], ""],
      "text-font": FONT,
      "text-size": along ? 11 : 13,
    },
    paint: {
      "text-color": colours["map-label"],
      "text-halo-color": colours["map-ground"],
      "text-halo-width": 1.5,
    },
  }
}

const of = (...classes: string[]): ExpressionSpecification => ["in", KIND, ["literal", classes]]
const shape = (type: "Polygon" | "LineString" | "Point"): ExpressionSpecification => [
  "==",
  ["geometry-type"],
  type,
]

/** The layers of a GeoJSON file, by the `class` of what is in it. */
export function drawnLayers(colours: Palette): LayerSpecification[] {
  const known = ["ground", "park", "water", "building", "side", "main"]
  const layer = (id: string, filter: ExpressionSpecification): Drawn => ({
    id,
    source: GROUND,
    filter,
  })
  const other: ExpressionSpecification = ["!", of(...known)]
  return [
    fill(layer("ground", of("ground")), colours["map-ground"]),
    fill(layer("other-area", ["all", other, shape("Polygon")]), colours["map-building"]),
    fill(layer("park", of("park")), colours["map-green"]),
    fill(layer("water", of("water")), colours["map-water"]),
    line(layer("side", of("side")), colours["map-street"], 5),
    line(layer("main", of("main")), colours["map-main"], 9),
    line(layer("other-line", ["all", other, shape("LineString")]), colours["map-street"], 2),
    { ...fill(layer("building", of("building")), colours["map-building"]), minzoom: 13 },
    label(layer("main-name", of("main")), colours, true, 13.5),
    label(layer("side-name", of("side")), colours, true, 15),
  ]
}

interface Known {
  id: string
  /** Names of the layer in the tiles. */
  layers: readonly string[]
  make: (drawn: Drawn, colours: Palette) => LayerSpecification
  filter?: ExpressionSpecification
}

const KNOWN: readonly Known[] = [
  { id: "earth", layers: ["earth"], make: (d, c) => fill(d, c["map-ground"]) },
  {
    id: "green",
    layers: ["landcover", "landuse", "park"],
    filter: ["any", of(...GREEN), ["==", ["get", "class"], "national_park"]],
    make: (d, c) => fill(d, c["map-green"]),
  },
  {
    id: "water",
    layers: ["water"],
    filter: shape("Polygon"),
    make: (d, c) => fill(d, c["map-water"]),
  },
  {
    id: "river",
    layers: ["waterway", "water"],
    filter: shape("LineString"),
    make: (d, c) => line(d, c["map-water"], 4),
  },
  {
    id: "side",
    layers: ["transportation", "roads"],
    filter: ["all", shape("LineString"), ["!", of(...MAIN, "rail", "transit", "ferry")]],
    make: (d, c) => ({ ...line(d, c["map-street"], 5), minzoom: 11 }),
  },
  {
    id: "main",
    layers: ["transportation", "roads"],
    filter: ["all", shape("LineString"), of(...MAIN)],
    make: (d, c) => line(d, c["map-main"], 9),
  },
  {
    id: "building",
    layers: ["building", "buildings"],
    make: (d, c) => ({ ...fill(d, c["map-building"]), minzoom: 14 }),
  },
  {
    id: "border",
    layers: ["boundary", "boundaries"],
    make: (d, c) => line(d, c["map-label"], 1),
  },
  {
    id: "street-name",
    layers: ["transportation_name", "roads"],
    make: (d, c) => label(d, c, true, 14),
  },
  { id: "place", layers: ["place", "places"], make: (d, c) => label(d, c, false, 3) },
]

/**
 * The layers of vector tiles with layers of these names; null if nobody said which there are: then
 * those that are known are tried, and what is not there draws nothing.
 */
export function tileLayers(
  names: readonly string[] | null,
  colours: Palette,
): LayerSpecification[] {
  const has = (name: string) => names === null || names.includes(name)
  const known = KNOWN.flatMap((each) =>
    each.layers.filter(has).map((name) => {
      const drawn: Drawn = { id: `${each.id}/${name}`, source: GROUND, "source-layer": name }
      return each.make(each.filter ? { ...drawn, filter: each.filter } : drawn, colours)
    }),
  )
  const named = new Set(KNOWN.flatMap((each) => each.layers))
  const others = (names ?? []).filter((name) => !named.has(name))
  return [...others.flatMap((name) => byShape(name, colours)), ...known]
}

function byShape(name: string, colours: Palette): LayerSpecification[] {
  const drawn = (part: string, filter: ExpressionSpecification): Drawn => ({
    id: `${part}/${name}`,
    source: GROUND,
    "source-layer": name,
    filter,
  })
  return [
    fill(drawn("area", shape("Polygon")), colours["map-building"]),
    line(drawn("line", shape("LineString")), colours["map-street"], 2),
  ]
}

/** The layer of image tiles: pale, and dimmed where the page is dark. */
export function imageLayer(dark: boolean): LayerSpecification {
  return {
    id: "images",
    type: "raster",
    source: GROUND,
    paint: dark
      ? { "raster-saturation": -0.7, "raster-brightness-max": 0.45, "raster-contrast": 0.1 }
      : { "raster-saturation": -0.5, "raster-opacity": 0.85 },
  }
}
