/** Something that was read, or why it could not be. What is unknown is never guessed. */
export type Fact<T> = { known: true; value: T } | { known: false; why: Unknown }

/** What could not be read. */
export interface Unknown {
  /** In words: `nodes`, `pods in shop`, `the ConfigMap kube-system/kube-proxy`. */
  what: string
  /** `not-known`: all was read, and it does not say. */
  reason: 'forbidden' | 'not-in-files' | 'failed' | 'not-asked' | 'not-known'
  /** The API server's words, where it has said something. */
  detail?: string
  /** What the reader threw, for whoever cannot go on without the object. */
  cause?: Error
}

export function known<T>(value: T): Fact<T> {
  return { known: true, value }
}

export function unknown<T>(why: Unknown): Fact<T> {
  return { known: false, why }
}

/** For facts that nobody has asked for. */
export function notAsked<T>(what: string): Fact<T> {
  return unknown<T>({ what, reason: 'not-asked' })
}

/** The same fact with another value; what is unknown stays so. */
export function mapFact<T, R>(fact: Fact<T>, change: (value: T) => R): Fact<R> {
  return fact.known ? known(change(fact.value)) : fact
}
