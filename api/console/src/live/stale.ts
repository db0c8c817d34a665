/**
 * How old the picture is: what the console knows of its connection, as a table.
 *
 * `connecting` until the first snapshot; `live` while something was heard within `SILENT_MS` (the
 * server speaks every 5 s); `lost` after that, or at once when the stream breaks. What is shown
 * while it is lost is the picture of `asOf`.
 */
export type Connection = "connecting" | "live" | "lost"

/** Silence after which the connection counts as lost: two heartbeats, and some. */
export const SILENT_MS = 11_000

export type Heard = "snapshot" | "change" | "alive" | "broken" | "silence"

const NEXT: Record<Connection, Partial<Record<Heard, Connection>>> = {
  connecting: { snapshot: "live", broken: "lost", silence: "lost" },
  live: { broken: "lost", silence: "lost" },
  lost: { snapshot: "live", change: "live", alive: "live" },
}

/** The connection after something was heard, or was not. */
export function after(connection: Connection, heard: Heard): Connection {
  return NEXT[connection][heard] ?? connection
}
