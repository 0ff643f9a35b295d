/** Someone who answered: a pod, an address outside the cluster, or an answer that names nobody. */
export interface Backend {
  /** A, B, …, Z, a, …, z in the order of first appearance; `+` for all that come after. */
  letter: string
  kind: 'pod' | 'address' | 'anonymous'
  /** Pod name, address, or a short description of the answer. */
  name: string
  node?: string
  address?: string
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The letter of the backend that appeared as number `index` (0 is the first). */
export function backendLetter(index: number): string {
  return letters[index] ?? '+'
}
