/** What was done and undone: values in a row, one of them the present. */
export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
}

const MOST = 200

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [] }
}

/** The history after a change; what had been undone is gone. The same value again is no change. */
export function changed<T>(history: History<T>, present: T): History<T> {
  if (JSON.stringify(present) === JSON.stringify(history.present)) return history
  return { past: [...history.past, history.present].slice(-MOST), present, future: [] }
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1)
  if (before === undefined) return history
  const { past, present, future } = history
  return { past: past.slice(0, -1), present: before, future: [present, ...future] }
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future }
}
