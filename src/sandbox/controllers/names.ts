import { createHash, randomInt } from 'node:crypto'

/** The letters of which Kubernetes makes names: no vowels, so that no words come out. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

export function randomSuffix(length = 5): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
}

/** Always the same for the same value. */
export function hashOf(value: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(value)).digest()
  return [...digest.subarray(0, 9)].map((byte) => letters[byte % letters.length]).join('')
}
