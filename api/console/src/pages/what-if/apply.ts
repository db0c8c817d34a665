/** Make a change that was asked about, from now on. */
import { api, ask } from "$/api/client"
import { loadOrder } from "$/pages/orders/data"
import { orderWith } from "$/pages/orders/draft.svelte"

import { type Change, PARAMETERS, zoneIdOf } from "./change"

/** Whether a change can be made from here: parameters of every order at once cannot. */
export function canApply(change: Change): boolean {
  return change.parameters.every((each) => each.order_id)
}

export async function apply(change: Change, reason: string): Promise<void> {
  for (const feature of change.zones) {
    const params = { path: { zone_id: zoneIdOf(feature) } }
    await ask(api.PUT("/v1/zones/{zone_id}", { params, body: feature as never }))
  }
  for (const { order_id, condition } of change.conditions) {
    const { order } = await loadOrder(order_id)
    const stored = order.conditions.find(({ id }) => id === condition.id)
    // Passes are granted by themselves: those of now stay.
    const kept = { ...condition, passes: stored?.passes ?? condition.passes }
    await put(order_id, { ...orderWith(order, kept), reason })
  }
  for (const each of change.parameters) {
    if (!each.order_id) continue
    const { order } = await loadOrder(each.order_id)
    const stored = order.conditions.find(({ id }) => id === each.condition_id)
    if (!stored) continue
    const changes = PARAMETERS.filter((name) => typeof each[name] === "number").map((name) => [
      name,
      each[name],
    ])
    const condition = { ...stored, ...(Object.fromEntries(changes) as object) }
    await put(each.order_id, { ...orderWith(order, condition), reason })
  }
}

async function put(orderId: string, body: ReturnType<typeof orderWith>): Promise<void> {
  await ask(api.PUT("/v1/orders/{order_id}", { params: { path: { order_id: orderId } }, body }))
}
