/** An answer as it came from the wire. */
export interface Answer {
  /** HTTP status; absent for plain TCP. */
  status?: number
  /** Names in lower case. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Decoded as Latin-1: one character per byte. */
  body: string
}
