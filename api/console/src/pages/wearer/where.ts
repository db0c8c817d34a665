/** Where a wearer is, in words: by the places that matter, and never surer than the position is. */
import { strings } from "$/strings"

import type { PlaceNow, PositionNow } from "./types"

/** Beyond this a place to be in says nothing of where somebody is. */
const NEAR_M = 1_000
/** Within this a zone to keep out of is worth naming. */
const CLOSE_M = 500

/** The sentence that comes first. */
export function whereabouts(position: PositionNow): string {
  const say = strings.wearer.where
  const forbidden = position.places.find((each) => isIn(each, "keep_out"))
  if (forbidden) return say.inForbidden(forbidden.name)
  const at = narrowest(position.places.filter((each) => isIn(each, "be_in")))
  if (at) return say.at(at.name)
  const doubtful = position.places.find((each) => each.membership === "uncertain")
  if (doubtful) return say.perhaps(doubtful.name)
  const close = position.places.find(
    (each) => each.role === "keep_out" && -each.distance_m < CLOSE_M,
  )
  if (close) return say.nearForbidden(close.name, metres(-close.distance_m))
  const nearest = position.places.find((each) => each.role === "be_in")
  if (!nearest) return say.nowhere
  return -nearest.distance_m < NEAR_M
    ? say.near(nearest.name, metres(-nearest.distance_m))
    : say.away(nearest.name, metres(-nearest.distance_m))
}

/** A home says more than the district around it. */
function narrowest(places: readonly PlaceNow[]): PlaceNow | undefined {
  return [...places].sort((one, other) => one.width_m - other.width_m)[0]
}

function isIn(place: PlaceNow, role: PlaceNow["role"]): boolean {
  return place.role === role && place.membership === "inside"
}

/** How sure that is, in words. */
export function sureness(position: PositionNow): string {
  const say = strings.wearer.where
  const accuracy = metres(position.accuracy_m)
  if (position.beacon_id) return say.beacon
  if (position.coarse) return say.coarse(accuracy)
  return position.accuracy_assumed ? say.assumed(accuracy) : say.accurate(accuracy)
}

/** `8 m`, `640 m`, `2.3 km`, `41 km`. */
export function metres(m: number): string {
  if (m < 999.5) return `${Math.round(m)} m`
  const km = m / 1_000
  return `${km < 9.95 ? km.toFixed(1) : Math.round(km)} km`
}

/** `5 km/h`; metres a second are nobody's speed. */
export function speed(mps: number): string {
  return `${Math.round(mps * 3.6)} km/h`
}
