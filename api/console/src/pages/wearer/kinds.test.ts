import { expect, it } from "vitest"

import { conditionName, kindName } from "./kinds"

it("names conditions, and repeats nothing", () => {
  expect(conditionName("curfew", "curfew")).toBe("Curfew")
  expect(conditionName("exclusion", "keep-out")).toBe("Keep out")
  expect(conditionName("curfew", "night")).toBe("Curfew night")
})

it("names kinds of episodes", () => {
  expect(kindName("motion_without_gnss")).toBe("Motion without GNSS")
  expect(kindName("sos")).toBe("SOS")
})
