import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { progress } from './progress.ts'

/**
 * Runs `action` while no other process on the machine does the same, waiting for its turn. The lock is the
 * name of an abstract socket: the kernel gives it to one process and takes it back when that one ends.
 */
export async function exclusively<T>(
  action: () => Promise<T>,
  { of = 'changing the lab' }: { of?: string } = {},
): Promise<T> {
  let lock = await acquire(of)
  if (lock === undefined) progress(`waiting for another process that is ${of}`)
  while (lock === undefined) {
    await sleep(200)
    lock = await acquire(of)
  }
  try {
    return await action()
  } finally {
    lock.close()
  }
}

async function acquire(what: string): Promise<Server | undefined> {
  const server = createServer()
  try {
    server.listen(`\0kubectl-affinity-lab ${what}`)
    await once(server, 'listening')
    return server
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined
    throw error
  }
}
