import { describe, expect, it } from "vitest"

import { after, type Heard } from "./stale"

const run = (...heard: Heard[]) =>
  heard.reduce(after, "connecting" as const as ReturnType<typeof after>)

describe("the connection", () => {
  it("is live from the snapshot on, and lost at once when the stream breaks", () => {
    expect(run("snapshot")).toBe("live")
    expect(run("snapshot", "change", "alive")).toBe("live")
    expect(run("snapshot", "broken")).toBe("lost")
  })

  it("is lost when nothing was heard in time, also before the first snapshot", () => {
    expect(run("silence")).toBe("lost")
    expect(run("snapshot", "silence")).toBe("lost")
  })

  it("is not live again by connecting alone: only by what was heard", () => {
    expect(run("snapshot", "broken", "silence")).toBe("lost")
    expect(run("snapshot", "broken", "alive")).toBe("live")
    expect(run("snapshot", "broken", "change")).toBe("live")
  })
})
