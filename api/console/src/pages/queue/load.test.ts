import { describe, expect, it } from "vitest"

import type { LiveChange } from "$/live/alerts.svelte"

import { LoadMeter } from "./load"
import { alert, later, RAISED } from "$/testing/alert"

const NOW = Date.parse(RAISED) + 60 * 60_000

function did(actor: string, minutes: number): LiveChange {
  const change = { change_id: 1, alert_id: 1, at: later(minutes), actor, action: "noted" }
  return { change, alert: alert(1, { severity: "advisory" }) } as unknown as LiveChange
}

describe("what the desk is asked", () => {
  it("is counted over ten minutes and an hour, without what is advisory", () => {
    const meter = new LoadMeter()
    meter.see([
      alert(1, { raised_at: later(59) }),
      alert(2, { raised_at: later(20) }),
      alert(3, { raised_at: later(-5) }),
      alert(4, { raised_at: later(58), severity: "advisory" }),
    ])
    expect(meter.load(NOW, "me")).toEqual({ tenMinutes: 1, hour: 2, operators: 1, flood: false })
  })

  it("is shared by those who did something within the hour", () => {
    const meter = new LoadMeter()
    meter.take(did("local/kim", 30))
    meter.take(did("local/kim", 40))
    meter.take(did("local/lee", -1))
    meter.take(did("engine", 50))
    meter.see([alert(9, { acknowledged_by: "local/ana", acknowledged_at: later(55) })])
    expect(meter.load(NOW, "kim").operators).toBe(2)
  })

  it("is a flood above ten in ten minutes for each operator", () => {
    const meter = new LoadMeter()
    const raise = (from: number, to: number) => {
      for (let id = from; id < to; id += 1) meter.see([alert(id, { raised_at: later(55) })])
    }
    raise(0, 10)
    expect(meter.load(NOW, "me").flood).toBe(false)
    raise(10, 11)
    expect(meter.load(NOW, "me").flood).toBe(true)
    meter.take(did("local/kim", 58))
    expect(meter.load(NOW, "me").flood).toBe(false)
  })
})
