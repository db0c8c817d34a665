import { expect, it } from "vitest"

import { worstOpen } from "./rows"

it("tells the worst of the alerts that are not closed", () => {
  const none = { critical: 0, serious: 0, advisory: 0, system: 0, total: 0 }
  expect(worstOpen(none)).toBeNull()
  expect(worstOpen({ ...none, advisory: 3, total: 3 })).toBe("advisory")
  expect(worstOpen({ ...none, advisory: 3, serious: 1, total: 4 })).toBe("serious")
})
