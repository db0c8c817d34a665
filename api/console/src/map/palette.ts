/** The theme's colours for the map, which cannot read them from the style sheet itself. */
const TOKENS = [
  "ground",
  "surface",
  "raised",
  "line",
  "line-strong",
  "text",
  "text-quiet",
  "link",
  "critical",
  "serious",
  "advisory",
  "system",
  "good",
  "map-ground",
  "map-street",
  "map-main",
  "map-building",
  "map-green",
  "map-water",
  "map-label",
] as const

export type Palette = Readonly<Record<(typeof TOKENS)[number], string>>

/** The colours as they are now, light or dark, as `rgb(…)`. */
export function palette(): Palette {
  const probe = document.createElement("i")
  document.body.append(probe)
  const found = TOKENS.map((token) => {
    probe.style.color = `var(--${token})`
    return [token, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(found) as Palette
}
