import { describe, expect, it } from "vitest"

import { metres, probability, seconds, wholeMetres } from "./figures"

describe("figures", () => {
  it("give a distance to the tenth of a metre, grouped", () => {
    expect(metres(1243.68)).toBe("1,243.7 m")
    expect(metres(0)).toBe("0.0 m")
    expect(wholeMetres(50)).toBe("50 m")
    expect(wholeMetres(7.5)).toBe("7.5 m")
  })

  it("never round a probability to certainty", () => {
    expect(probability(0.09683)).toBe("0.0968")
    expect(probability(0.99995)).toBe("> 0.9999")
    expect(probability(1)).toBe("> 0.9999")
    expect(probability(6e-27)).toBe("< 0.0001")
    expect(probability(0)).toBe("< 0.0001")
    expect(probability(0.9999)).toBe("0.9999")
  })

  it("give ordered times exactly", () => {
    expect([45, 90, 120, 300, 7_200, 5_400].map(seconds)).toEqual([
      "45 s",
      "90 s",
      "2 min",
      "5 min",
      "2 h",
      "90 min",
    ])
  })
})
