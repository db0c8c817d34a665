/** Names for the schemas of the API that pages speak of. */
import type { components } from "./openapi"

export type Schemas = components["schemas"]
export type Alert = Schemas["AlertOut"]
export type AlertDetail = Schemas["AlertDetail"]
export type Change = Schemas["ChangeOut"]
export type Severity = Alert["severity"]
export type AlertState = Alert["state"]
export type EpisodeKind = Alert["kind"]
export type CloseCode = NonNullable<Alert["close_code"]>
export type Readiness = Schemas["Ready"]

/** A problem document (RFC 9457), as the API answers every refusal. */
export interface Problem {
  type: string
  title?: string
  status: number
  detail?: string
  errors?: { field: string; message: string; value?: unknown }[]
  [member: string]: unknown
}
