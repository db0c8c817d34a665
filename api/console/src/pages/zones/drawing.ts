/**
 * Drawing on the map with terra-draw; loaded only when somebody draws.
 *
 * The draft is the truth, and what is drawn follows it: rings of areas are polygons whose corners
 * can be dragged, added and deleted, a circle is the line from its centre to its edge. The outlines
 * that people see are drawn by the page, as they are judged.
 */
import type { Position } from "geojson"
import type { Map as MapLibre } from "maplibre-gl"
import {
  type GeoJSONStoreFeatures,
  type HexColor,
  TerraDraw,
  TerraDrawCircleMode,
  TerraDrawLineStringMode,
  TerraDrawModeUndoRedo,
  TerraDrawPolygonMode,
  TerraDrawSelectMode,
} from "terra-draw"

import { type Palette, palette } from "$/map/palette"

import { drawn } from "./draft"
import { FrameAdapter } from "./frame"
import { destination, distanceM, type Place } from "./geodesic"
import { type Area, type Circle, ringsOf, same, type Shape, withMore, withRing } from "./shape"

export type Tool = "select" | "polygon" | "circle"

export interface Events {
  /** The shape is another one; `done` when the hand has let go of it. */
  onshape: (shape: Shape | null, done: boolean) => void
  /** What was being drawn is taken away. */
  oncancel: () => void
  /** Another tool is in hand: drawing has ended. */
  ontool: (tool: Tool) => void
}

const CLOSE_PX = 14

export class Drawing {
  #map: MapLibre
  #events: Events
  #draw: TerraDraw
  #frame: FrameAdapter
  #shape: Shape | null = null
  #tool: Tool = "select"
  /** Ids of what is drawn, by `polygon.ring`, or `circle`. */
  #ids = new Map<string, string | number>()
  #restart = () => {
    this.#dispose()
    ;[this.#draw, this.#frame] = this.#begin()
    this.show(this.#shape)
  }

  constructor(map: MapLibre, events: Events) {
    this.#map = map
    this.#events = events
    ;[this.#draw, this.#frame] = this.#begin()
    // A change between light and dark takes every layer off the map.
    map.on("style.load", this.#restart)
  }

  stop(): void {
    this.#map.off("style.load", this.#restart)
    this.#dispose()
  }

  /** Take a tool; a circle replaces what is there, a polygon is added to an area. */
  take(tool: Tool): void {
    this.#tool = tool
    if (tool === "select") {
      this.show(this.#shape)
      return
    }
    this.#clear()
    this.#frame.centreOn(this.#map.getCenter().lng)
    this.#draw.setMode(tool)
  }

  /** Bring what is drawn to a shape: after undoing, or after numbers were typed. */
  show(shape: Shape | null): void {
    this.#shape = shape
    this.#clear()
    if (this.#tool !== "select") this.#tool = "select"
    this.#draw.setMode("select")
    if (!drawn(shape)) return
    this.#frame.centreOn(shape.kind === "circle" ? shape.centre[0] : firstLon(shape))
    const features = shape.kind === "circle" ? [this.#circle(shape)] : this.#rings(shape)
    for (const [key, feature] of features) {
      const [added] = this.#draw.addFeatures([feature])
      if (added?.valid && added.id !== undefined) this.#ids.set(key, added.id)
    }
    const only = [...this.#ids.values()]
    if (only.length === 1 && only[0] !== undefined) this.#draw.selectFeature(only[0])
  }

  /** Take back the last corner while drawing; false if there is none. */
  undo(): boolean {
    return this.#tool !== "select" && this.#draw.undo()
  }

  redo(): boolean {
    return this.#tool !== "select" && this.#draw.redo()
  }

  #begin(): [TerraDraw, FrameAdapter] {
    const frame = new FrameAdapter(this.#map)
    frame.centreOn(this.#map.getCenter().lng)
    const draw = new TerraDraw({
      adapter: frame,
      modes: modes(palette()),
      undoRedo: { modeLevel: new TerraDrawModeUndoRedo() },
    })
    draw.start()
    draw.setMode("select")
    draw.on("change", (ids, type, context) => {
      if (context && "origin" in context) return
      // Escape while drawing takes away what is drawn.
      if (type === "delete" && this.#tool !== "select") this.#events.oncancel()
      else this.#follow(ids)
    })
    draw.on("finish", (id, { action }) => {
      // Terra-draw is still at it: what follows changes what it has in hand.
      setTimeout(() => {
        this.#finish(id, action)
      })
    })
    return [draw, frame]
  }

  #dispose(): void {
    try {
      this.#draw.stop()
    } catch {
      // The map, or its style with the layers, is gone already.
    }
    this.#ids.clear()
  }

  #clear(): void {
    this.#ids.clear()
    this.#draw.setMode("select")
    this.#draw.clear()
  }

  /** What is dragged or drawn now, shown as it would be. */
  #follow(ids: readonly (string | number)[]): void {
    for (const id of ids) {
      const found = this.#read(id)
      if (found) this.#events.onshape(found, false)
    }
  }

  #finish(id: string | number, action: string): void {
    const found = this.#read(id)
    if (!found) return
    this.#shape = found
    this.#tool = "select"
    this.#events.onshape(found, true)
    if (action === "draw") this.#events.ontool("select")
    this.show(found)
  }

  /** The shape that a drawn feature makes of the present one. */
  #read(id: string | number): Shape | null {
    const feature = this.#draw.getSnapshotFeature(id)
    if (!feature) return null
    const key = [...this.#ids].find(([, each]) => each === id)?.[0]
    if (feature.geometry.type === "LineString") return this.#dragged(feature.geometry.coordinates)
    if (feature.geometry.type !== "Polygon") return null
    const places = this.#frame.places(feature.geometry.coordinates[0] ?? []).slice(0, -1)
    // While a corner is being placed, it lies on the one before.
    const corners = places.filter((each, at) => at === 0 || !same(each, places[at - 1] ?? each))
    if (feature.properties.mode === "circle") return roundOf(corners)
    if (feature.properties.mode !== "polygon" || corners.length < 3) return null
    const area = this.#shape?.kind === "area" ? this.#shape : null
    if (key === undefined || !area) return key === undefined ? withMore(area, corners) : null
    const [polygon = 0, ring = 0] = key.split(".").map(Number)
    return withRing(area, polygon, ring, corners)
  }

  /** A circle whose centre, edge or both were moved. */
  #dragged(line: Position[]): Circle | null {
    if (this.#shape?.kind !== "circle") return null
    const [centre, edge] = this.#frame.places(line)
    if (!centre || !edge) return null
    const before = this.#shape
    const stays = distanceM(centre, before.centre) < 0.02
    if (!stays) return { kind: "circle", centre, radiusM: before.radiusM }
    return { kind: "circle", centre: before.centre, radiusM: rounded(distanceM(centre, edge)) }
  }

  #circle(circle: Circle): [string, GeoJSONStoreFeatures] {
    const coordinates = this.#frame.positions([
      circle.centre,
      destination(circle.centre, 90, circle.radiusM),
    ])
    const geometry = { type: "LineString" as const, coordinates }
    return ["circle", { type: "Feature", properties: { mode: "linestring" }, geometry }]
  }

  #rings(area: Area): [string, GeoJSONStoreFeatures][] {
    const whole = ringsOf(area).filter(({ corners }) => corners.length >= 3)
    return whole.map(({ polygon, ring, corners }) => {
      const positions = this.#frame.positions(corners)
      const coordinates = [[...positions, [...(positions[0] ?? [])]]]
      const geometry = { type: "Polygon" as const, coordinates }
      const feature = { type: "Feature" as const, properties: { mode: "polygon" }, geometry }
      return [`${polygon}.${ring}`, feature]
    })
  }
}

function firstLon(area: Area): number {
  return area.polygons[0]?.[0]?.[0]?.[0] ?? 0
}

/** The circle that a ring of the drawing tool approximates. */
function roundOf(ring: readonly Place[]): Circle | null {
  const lons = ring.map((each) => each[0])
  const lats = ring.map((each) => each[1])
  const centre: Place = [
    (Math.min(...lons) + Math.max(...lons)) / 2,
    (Math.min(...lats) + Math.max(...lats)) / 2,
  ]
  const [edge] = ring
  const radiusM = edge ? rounded(distanceM(centre, edge)) : 0
  return radiusM > 0 ? { kind: "circle", centre, radiusM } : null
}

/** Whole metres, or ten where nobody can point more exactly. */
function rounded(radiusM: number): number {
  return radiusM < 1_000 ? Math.max(1, Math.round(radiusM)) : Math.round(radiusM / 10) * 10
}

function modes(colours: Palette) {
  const [line, ground] = [hex(colours.link), hex(colours.surface)]
  const corner = {
    selectionPointColor: ground,
    selectionPointWidth: 6,
    selectionPointOutlineColor: line,
    selectionPointOutlineWidth: 3,
    midPointColor: line,
    midPointWidth: 3,
    midPointOutlineColor: ground,
    midPointOutlineWidth: 2,
    midPointOpacity: 0.8,
  }
  const coordinates = { draggable: true, deletable: true, midpoints: true }
  const unseen = { fillOpacity: 0, outlineOpacity: 0, outlineWidth: 0 }
  return [
    new TerraDrawSelectMode({
      pointerDistance: CLOSE_PX,
      flags: {
        polygon: { feature: { draggable: true, coordinates } },
        linestring: { feature: { draggable: true, coordinates: { draggable: true } } },
      },
      keyEvents: { deselect: null, delete: null, rotate: null, scale: null },
      styles: {
        ...corner,
        selectedPolygonFillOpacity: 0,
        selectedPolygonOutlineOpacity: 0,
        selectedLineStringColor: line,
        selectedLineStringWidth: 1,
      },
    }),
    new TerraDrawPolygonMode({
      pointerDistance: CLOSE_PX,
      showCoordinatePoints: true,
      styles: {
        ...unseen,
        coordinatePointColor: ground,
        coordinatePointOutlineColor: line,
        coordinatePointWidth: 5,
        coordinatePointOutlineWidth: 2,
        closingPointColor: line,
        closingPointOutlineColor: ground,
        closingPointWidth: 6,
      },
    }),
    new TerraDrawLineStringMode({ styles: { lineStringColor: line, lineStringWidth: 1 } }),
    new TerraDrawCircleMode({ styles: unseen }),
  ]
}

/** `rgb(1, 2, 3)` as `#010203`. */
export function hex(colour: string): HexColor {
  const parts = colour.match(/\d+(\.\d+)?/g)?.slice(0, 3) ?? ["0", "0", "0"]
  return `#${parts.map((each) => Math.round(Number(each)).toString(16).padStart(2, "0")).join("")}`
}
