/** Whoever needs it awaits it, perhaps nobody; its error must not be unhandled until then. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
