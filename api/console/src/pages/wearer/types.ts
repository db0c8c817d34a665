/** Names for what the API says of wearers. */
import type { Schemas } from "$/api/types"

export type Summary = Schemas["WearerSummary"]
export type Status = Schemas["StatusOut"]
export type PositionNow = Schemas["PositionNow"]
export type PlaceNow = Schemas["PlaceNow"]
export type ConditionNow = Schemas["ConditionNow"]
export type Day = Schemas["DayOut"]
export type Stop = Schemas["StopOut"]
export type Gap = Schemas["TrackGap"]
export type EpisodeBrief = Schemas["EpisodeBrief"]
export type Compliance = Schemas["ComplianceOut"]
export type ComplianceDay = Schemas["ComplianceDay"]
export type Standing = ConditionNow["state"]
