/** What lies under everything else on a map: a plain ground, and the base map if one is set up. */
import type { StyleSpecification } from "maplibre-gl"

import type { Palette } from "./palette"

/** The style of the ground in the theme's colours. */
export function baseStyle(colours: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": colours.ground } }],
  }
}
