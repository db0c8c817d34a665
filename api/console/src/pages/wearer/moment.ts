/** What there is to say of one instant of a day. */
import { strings } from "$/strings"

import type { Moment } from "./track"
import type { Day, Stop } from "./types"
import { metres, speed } from "./where"

/** Index of the stop at an instant; -1: there is none. */
export function stopAt(stops: readonly Stop[], at: number): number {
  return stops.findIndex((each) => Date.parse(each.start) <= at && at <= Date.parse(each.end))
}

/** Where, how fast and how sure, in a line. */
export function moment(day: Day, now: Moment | null, at: number): string {
  const say = strings.wearer.play
  const gap = day.gaps.find(
    (each) => Date.parse(each.unknown_from) <= at && at <= Date.parse(each.end),
  )
  if (gap && (now === null || now.unknown))
    return say.unknown(strings.wearer.day.reasons[gap.reason])
  if (!now) return say.before
  const stop = day.stops[stopAt(day.stops, at)]
  const parts = [stop ? (stop.place ? say.at(stop.place) : say.stopped) : "", pace(now, !!stop)]
  return [...parts.filter(Boolean), say.accurate(metres(now.accuracyM))].join(", ")
}

function pace(now: Moment, stays: boolean): string {
  const say = strings.wearer.play
  if (now.speedMps === null || stays) return ""
  return now.stated ? say.movingStated(speed(now.speedMps)) : say.moving(speed(now.speedMps))
}
