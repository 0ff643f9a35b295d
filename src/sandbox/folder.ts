import { once } from 'node:events'
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../model/common/user-error.ts'

const prefix = 'kubectl-affinity-sandbox-'
/** A socket that answers as long as the sandbox of the folder lives, stopped or not, and in whatever container. */
const sign = 'alive'
/** A folder without a sign is one that is being made, unless it is older than this, in milliseconds. */
const signlessMs = 86_400_000

/** A folder for the kubeconfig and the pods' programs. */
export interface Folder {
  path: string
  remove(): void
}

/**
 * Makes a folder that goes with this process, however it ends: by itself at the end, and what a killed one left is removed by
 * the next start. Rejects with UserError where nothing can be written.
 */
export async function ownFolder(parent: string = tmpdir()): Promise<Folder> {
  await sweep(parent)
  const path = make(parent)
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', remove)
  const server = createServer((socket) => socket.destroy()).unref()
  // A path that is too long for a socket is left without one.
  server.on('error', () => undefined)
  // A socket refuses between its bind and its listen, as one of the dead does: it becomes the sign when it answers.
  const unready = join(path, 'starting')
  server.listen(unready, () => attempt(() => renameSync(unready, join(path, sign))))
  return {
    path,
    remove: () => {
      server.close()
      remove()
    },
  }
}

function make(parent: string): string {
  try {
    return mkdtempSync(join(parent, prefix))
  } catch (error) {
    const { message } = error as Error
    throw new UserError(`the sandbox cannot make a folder for its files in ${parent}: ${message}`, {
      hints: ['name a folder that can be written:  TMPDIR=FOLDER kubectl affinity …'],
      cause: error,
    })
  }
}

/** Removes the folders of sandboxes that are no more. What belongs to others is left to them. */
async function sweep(parent: string): Promise<void> {
  const names = attempt(() => readdirSync(parent)) ?? []
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const path = join(parent, name)
    if (await isDead(path)) attempt(() => rmSync(path, { recursive: true, force: true }))
  }
}

async function isDead(path: string): Promise<boolean> {
  const facts = attempt(() => statSync(path))
  if (facts === undefined || facts.uid !== process.getuid?.()) return false
  if (attempt(() => statSync(join(path, sign))) === undefined) return Date.now() - facts.mtimeMs > signlessMs
  const socket = connect(join(path, sign))
  try {
    await once(socket, 'connect')
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
