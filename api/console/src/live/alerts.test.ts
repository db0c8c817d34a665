import { beforeEach, describe, expect, it, vi } from "vitest"

import type { Alert } from "$/api/types"

class FakeSource {
  static readonly CLOSED = 2
  static opened: FakeSource[] = []
  readyState = 1
  readonly #listeners = new Map<string, (event: { data: string }) => void>()

  constructor(readonly url: string) {
    FakeSource.opened.push(this)
  }

  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.#listeners.set(name, listener)
  }

  close() {
    this.readyState = FakeSource.CLOSED
  }

  tell(name: string, data: unknown = {}) {
    this.#listeners.get(name)?.({ data: JSON.stringify(data) })
  }
}

const alert = (alert_id: number, state = "open", updated_at = "2026-03-01T00:00:00Z") =>
  ({ alert_id, state, updated_at }) as Alert

const change = (change_id: number, of: Alert) => ({ change: { change_id }, alert: of })

async function started() {
  vi.resetModules()
  FakeSource.opened = []
  const { live } = await import("./alerts.svelte")
  live.start()
  const [source] = FakeSource.opened
  if (!source) throw new Error("no stream was opened")
  return { live, source, ids: () => [...live.alerts.keys()] }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal("EventSource", FakeSource)
  vi.stubGlobal("window", { addEventListener: vi.fn() })
  vi.stubGlobal("requestAnimationFrame", () => 1)
  return () => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  }
})

describe("the live alerts", () => {
  it("are the snapshot, changed by what follows; closed ones go", async () => {
    const { live, source, ids } = await started()
    source.tell("snapshot", { change_id: 10, alerts: [alert(1), alert(2)] })
    source.tell("raised", change(11, alert(3)))
    source.tell("closed", change(12, alert(1, "closed")))
    expect(ids()).toEqual([2, 3])
    expect(live.connection).toBe("live")
  })

  it("take each change once, however often it comes", async () => {
    const { live, source } = await started()
    const told = vi.fn()
    live.onchange(told)
    source.tell("snapshot", { change_id: 10, alerts: [] })
    for (const id of [11, 12, 11, 12, 10]) source.tell("noted", change(id, alert(id)))
    expect(told.mock.calls.map(([each]) => each.change.change_id)).toEqual([11, 12])
  })

  it("go on where they stood when the stream is refused, and say so meanwhile", async () => {
    const { live, source } = await started()
    source.tell("snapshot", { change_id: 10, alerts: [alert(1)] })
    source.tell("raised", change(11, alert(2)))
    source.close()
    source.tell("error")
    expect(live.connection).toBe("lost")
    vi.advanceTimersByTime(2_000)
    const again = FakeSource.opened.at(-1)
    expect(again?.url).toBe("/v1/alerts/stream?after=11")
    again?.tell("raised", change(12, alert(3)))
    expect([...live.alerts.keys()]).toEqual([1, 2, 3])
    expect(live.connection).toBe("live")
  })

  it("are lost after silence, also on a stream that looks open, and are asked for anew", async () => {
    const { live, source } = await started()
    source.tell("snapshot", { change_id: 10, alerts: [] })
    const asOf = live.asOf?.here
    vi.advanceTimersByTime(10_000)
    source.tell("alive", { change_id: 10 })
    vi.advanceTimersByTime(10_000)
    expect(live.connection).toBe("live")
    vi.advanceTimersByTime(1_500)
    expect(live.connection).toBe("lost")
    expect(live.asOf?.here).toBe((asOf ?? 0) + 10_000)
    expect(FakeSource.opened).toHaveLength(2)
  })

  it("are those of the new snapshot alone when the place is not known any more", async () => {
    const { source, ids } = await started()
    source.tell("snapshot", { change_id: 500, alerts: [alert(1)] })
    source.tell("snapshot", { change_id: 3, alerts: [alert(7)] })
    source.tell("raised", change(4, alert(8)))
    expect(ids()).toEqual([7, 8])
  })

  it("take what an action answered, unless the stream has told of it already", async () => {
    const { live, source, ids } = await started()
    source.tell("snapshot", { change_id: 1, alerts: [alert(1)] })
    live.take(change(2, alert(1, "acknowledged")))
    expect(live.alerts.get(1)?.state).toBe("acknowledged")
    source.tell("closed", change(3, alert(1, "closed")))
    live.take(change(2, alert(1, "acknowledged")))
    expect(ids()).toEqual([])
  })
})
