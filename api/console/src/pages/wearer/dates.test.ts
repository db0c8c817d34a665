import { expect, it } from "vitest"

import { addDays, dayName, isDate } from "./dates"

it("counts calendar days, whatever clocks do", () => {
  expect(addDays("2026-03-28", 1)).toBe("2026-03-29")
  expect(addDays("2026-03-29", 1)).toBe("2026-03-30")
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31")
  expect(dayName("2026-03-01")).toBe("Sun 1 Mar")
  expect([isDate("2026-03-01"), isDate("2026-13-01"), isDate("today")]).toEqual([
    true,
    false,
    false,
  ])
})
