/** True for the first time that it is asked about the same thing: a route may be taken by many listeners. */
export function once(): (...words: readonly (string | number)[]) => boolean {
  const seen = new Set<string>()
  return (...words) => {
    const key = JSON.stringify(words)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
}
