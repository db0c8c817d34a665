import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec"
import { describe, expect, it } from "vitest"

import { type BaseMap, baseOf, PLAIN } from "./base"
import type { Palette } from "./palette"

const colours = new Proxy({}, { get: () => "rgb(1, 2, 3)" }) as Palette

function said(kind: BaseMap["kind"], url: string | null, problem: string | null = null): BaseMap {
  const bounds = [-46.63, -23.53, -46.57, -23.47]
  return { kind, url, attribution: "© us", bounds, min_zoom: null, max_zoom: null, problem }
}

const TILES = "https://tiles.example/{z}/{x}/{y}"

describe("a base map", () => {
  it.each([
    said("none", null),
    said("raster", `${TILES}.png`),
    said("vector", `${TILES}.pbf`),
    said("geojson", "/base-map/map.geojson"),
  ])("makes a style that is valid, light and dark: $kind", async (base) => {
    const { style } = await baseOf(base)
    expect(validateStyleMin(style(colours, false))).toEqual([])
    expect(validateStyleMin(style(colours, true))).toEqual([])
  })

  it("needs no glyphs and no sprite: labels are drawn with the machine's own fonts", async () => {
    const style = (await baseOf(said("geojson", "/base-map/map.geojson"))).style(colours, false)
    expect(style.glyphs).toBeUndefined()
    expect(style.sprite).toBeUndefined()
    expect(style.layers.filter((each) => each.type === "symbol").length).toBeGreaterThan(0)
  })

  it("whose file is away is a plain ground that says why", async () => {
    const base = await baseOf(said("pmtiles", "/base-map/map.pmtiles", "cannot be read"))
    expect(base.problem).toBe("cannot be read")
    expect(base.style(colours, false)).toEqual(PLAIN.style(colours, false))
  })

  it("is loaded from where it is set, and nothing else is", async () => {
    const style = (await baseOf(said("raster", `${TILES}.png`))).style(colours, false)
    expect(JSON.stringify(style).match(/https?:\/\/[^/"]+/g)).toEqual(["https://tiles.example"])
  })
})
