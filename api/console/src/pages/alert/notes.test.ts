import { expect, it } from "vitest"

import { localised } from "./notes"

it("tells every UTC time in a text by the wearer's clocks, and leaves the rest", () => {
  const text = "39 positions from 2026-03-10T21:08:02.5Z to 2026-03-10T21:27:02Z came late"
  expect(localised(text, "Europe/Berlin")).toBe(
    "39 positions from Tue 10 Mar 2026, 22:08:02 CET to Tue 10 Mar 2026, 22:27:02 CET came late",
  )
  expect(localised("seen at 22:14, 2026-03-10", "Europe/Berlin")).toBe("seen at 22:14, 2026-03-10")
})
