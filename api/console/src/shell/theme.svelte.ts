/** Light, dark, or as the system: the choice is kept in this browser. */
const KEY = "ringfence.theme"

export const THEMES = ["system", "light", "dark"] as const
export type Theme = (typeof THEMES)[number]

class Appearance {
  theme = $state<Theme>(read())

  /** Apply and keep a choice. */
  set(theme: Theme): void {
    this.theme = theme
    localStorage.setItem(KEY, theme)
    this.apply()
  }

  apply(): void {
    if (this.theme === "system") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = this.theme
  }

  /** Whether the page is dark now. */
  get dark(): boolean {
    return this.theme === "system"
      ? matchMedia("(prefers-color-scheme: dark)").matches
      : this.theme === "dark"
  }
}

function read(): Theme {
  const kept = localStorage.getItem(KEY)
  return THEMES.find((each) => each === kept) ?? "system"
}

export const appearance = new Appearance()
