import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './lock.ts'
import { cacheDir } from '../paths.ts'

/** A short name for all that something is made from. */
export const keyOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)

/**
 * A folder of the cache: the one that is there, or what `make` puts into an empty one. Two processes that want the same
 * make it once; those that want something else do not wait.
 */
export async function cached(
  name: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheDir(), `${name}-${key}`)
  if (existsSync(target)) return target
  return exclusively(
    async () => {
      if (existsSync(target)) return target
      mkdirSync(cacheDir(), { recursive: true })
      removeHalfMade(name)
      // Renamed when whole, so that a build that is killed leaves nothing that looks like a result.
      const scratch = mkdtempSync(join(cacheDir(), `.${name}-`))
      await make(scratch)
      renameSync(scratch, target)
      return target
    },
    { of: `making ${name}` },
  )
}

function removeHalfMade(name: string): void {
  for (const entry of readdirSync(cacheDir()))
    if (entry.startsWith(`.${name}-`)) rmSync(join(cacheDir(), entry), { recursive: true })
}
