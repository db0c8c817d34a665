/** Stops on the map, numbered as in the list; those at one place share a marker. */
import { metresBetween } from "./track"
import type { Stop } from "./types"

export interface StopGroup {
  lat: number
  lon: number
  /** From 1, as in the list of stops. */
  numbers: number[]
}

const SAME_PLACE_M = 80

export function groupStops(stops: readonly Stop[]): StopGroup[] {
  const groups: StopGroup[] = []
  for (const [i, stop] of stops.entries()) {
    const known = groups.find((each) => metresBetween(each, stop) < SAME_PLACE_M)
    if (known) known.numbers.push(i + 1)
    else groups.push({ lat: stop.lat, lon: stop.lon, numbers: [i + 1] })
  }
  return groups
}

/** `1 4 7`, or `1 4 +6` where there are many. */
export function label(numbers: readonly number[]): string {
  return numbers.length <= 3
    ? numbers.join(" ")
    : `${numbers.slice(0, 2).join(" ")} +${numbers.length - 2}`
}
