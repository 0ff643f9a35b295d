/** As long as client-go waits for a connection. */
export const CONNECT_LIMIT_MS = 30_000
/** Finds out that the other side is gone without a word, though neither side has anything to say. */
export const KEEP_ALIVE_MS = 15_000
/** Connections are not used again after idling this long: API servers drop them after 90 s, proxies sooner. */
export const IDLE_LIMIT_MS = 55_000
