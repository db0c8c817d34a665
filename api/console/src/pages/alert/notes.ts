/** Words of the engine and of people, with the times in them by the wearer's clocks. */
import { full } from "$/time/format"

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** A text in which every UTC time is told by the clocks of a zone. */
export function localised(text: string, zone: string): string {
  return text.replace(INSTANT, (instant) => full(instant, zone))
}
