/** How long an answer to what is being made is waited for after an interrupt, in milliseconds. */
const patienceMs = 5000

/**
 * Makes an object in a way that its removal can rely on: once the request is sent, an interrupt waits for the answer, since
 * what the server makes after it was told to delete it would stay. Rejects with the interrupt's reason before and after.
 */
export async function makeWhole<T>(
  { interrupted, abandoned }: { interrupted: AbortSignal; abandoned: AbortSignal },
  make: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  interrupted.throwIfAborted()
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => late.abort(interrupted.reason), patienceMs)
  }
  interrupted.addEventListener('abort', begin, { once: true })
  try {
    const made = await make(AbortSignal.any([late.signal, abandoned]))
    interrupted.throwIfAborted()
    return made
  } finally {
    clearTimeout(timer)
    interrupted.removeEventListener('abort', begin)
  }
}
