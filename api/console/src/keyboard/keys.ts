/** Which key was meant, and whether it was meant as a shortcut at all. */

/** The key's name; null when a modifier makes it the browser's. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey">) {
  return event.ctrlKey || event.altKey || event.metaKey ? null : event.key
}

const TEXT_INPUTS = new Set(["checkbox", "radio", "range", "button", "submit", "file", "color"])

/** Whether the key goes into what has the focus: text, or what Enter and Space press. */
export function isWriting(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.matches("textarea, select")) return true
  if (target instanceof HTMLInputElement) return !TEXT_INPUTS.has(target.type) || isPress(key)
  return isPress(key) && target.matches("a[href], button, summary, [role=button]")
}

function isPress(key: string): boolean {
  return key === "Enter" || key === " " || key.startsWith("Arrow")
}
