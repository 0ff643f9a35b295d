import { wait } from '../../cluster/transport/wait.ts'
import type { ReadOrigin } from './read.ts'

/** How often is looked for an address: a load balancer takes seconds to minutes. */
const pauseMs = 1000

/** Reads until nothing is pending any more, or time is up; the last reading is returned either way. */
export async function waitForOrigin(
  read: () => Promise<ReadOrigin>,
  { waitMs, onWait, signal }: { waitMs: number; onWait: (text: string) => void; signal: AbortSignal },
): Promise<ReadOrigin> {
  const until = performance.now() + waitMs
  let isFirst = true
  for (;;) {
    const origin = await read()
    if (origin.pending.length === 0 || performance.now() >= until) return origin
    if (isFirst) onWait(`waiting for an address of ${origin.pending.map(({ text }) => text).join(', ')}`)
    isFirst = false
    await wait(Math.min(pauseMs, Math.max(0, until - performance.now())), signal)
  }
}
