import { stderr } from 'node:process'

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** One line about what the lab does; standard output is for answers. */
export function progress(line: string): void {
  stderr.write(`lab: ${line}\n`)
}

/** Says what is about to be done and how long it took; and every half minute that it is not done yet. */
export async function step<T>(what: string, action: () => Promise<T>): Promise<T> {
  const start = Date.now()
  const timer = setInterval(() => progress(`${what}: still at it after ${seconds(start)}`), 30_000)
  try {
    const result = await action()
    progress(`${what}: ${seconds(start)}`)
    return result
  } finally {
    clearInterval(timer)
  }
}
