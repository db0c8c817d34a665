/** What the pages of orders ask the API for. */
import { api, ask } from "$/api/client"
import type { Schemas } from "$/api/types"

export type OrderVersion = Schemas["OrderVersion"]
export type Condition = Schemas["ConditionOut"]
export type Pass = Schemas["PassOut"]

export interface Known {
  versions: OrderVersion[]
  /** The newest version: what the next one begins with. */
  order: OrderVersion
  zones: ReadonlyMap<string, string>
}

export async function loadOrder(orderId: string): Promise<Known> {
  const [versions, zones] = await Promise.all([
    ask(api.GET("/v1/orders/{order_id}/versions", { params: { path: { order_id: orderId } } })),
    zoneNames(),
  ])
  const order = versions.at(-1)
  if (!order) throw new Error(orderId)
  return { versions, order, zones }
}

export async function loadPasses(orderId: string, conditionId: string): Promise<Pass[]> {
  const path = { order_id: orderId, condition_id: conditionId }
  return ask(
    api.GET("/v1/orders/{order_id}/conditions/{condition_id}/passes", { params: { path } }),
  )
}

/** The names of the zones by id, the first thousand of them: others are shown by their id. */
async function zoneNames(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  let cursor: string | null = null
  for (let page = 0; page < 5; page++) {
    const query: { limit: number; cursor?: string } = cursor
      ? { limit: 200, cursor }
      : { limit: 200 }
    const { features, next_cursor } = await ask(api.GET("/v1/zones", { params: { query } }))
    for (const { id, properties } of features) found.set(id, properties.name || id)
    cursor = next_cursor
    if (!cursor) break
  }
  return found
}

export function nameIn(zones: ReadonlyMap<string, string>): (id: string) => string {
  return (id) => zones.get(id) ?? id
}

/** The version that holds at a time; null if none does. */
export function inForce(versions: readonly OrderVersion[], at: number): OrderVersion | null {
  const holds = ({ holds_from, holds_until }: OrderVersion) =>
    holds_from !== null &&
    Date.parse(holds_from) <= at &&
    (holds_until === null || at < Date.parse(holds_until))
  return versions.find(holds) ?? null
}

/** `local/kim` is kim, as claimed at this desk. */
export function person(actor: string | null): string {
  return actor ? actor.replace(/^local\//, "") : ""
}
