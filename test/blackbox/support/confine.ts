import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Words before a command line that take something away from it. */
export type Confinement = readonly string[]

const isRoot = process.getuid?.() === 0
/** Why we may not become others, and not mount; undefined where we may. */
export const notRoot: string | undefined = isRoot ? undefined : 'only root can be somebody else'
export const noMounts: string | undefined =
  isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0 ? undefined : 'mounting is not allowed'

/** As a user of this number, who is in no group. */
export const asUser = (uid: number): Confinement => ['setpriv', `--reuid=${uid}`, '--clear-groups', '--']

/** With mounts of its own, made by lines of shell. */
export const withMounts = (...lines: string[]): Confinement => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  ['set -e', 'mount --make-rprivate /', ...lines, 'exec "$@"'].join('\n'),
  'sh',
]

/** Without a terminal, and without a standard input at all. */
export const detached: Confinement = ['setsid', '--wait', 'sh', '-c', 'exec "$@" <&-', 'sh']

/** A control group with so much memory; undefined where there are none that we may make. */
export function memoryGroup(bytes: number): { within: Confinement; remove: () => void } | undefined {
  const [parent, limit] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
    : ['/sys/fs/cgroup', 'memory.max']
  const group = join(parent, `affinity-${randomUUID()}`)
  try {
    mkdirSync(group)
    writeFileSync(join(group, limit), String(bytes))
  } catch {
    return undefined
  }
  const within = ['sh', '-c', `echo $$ >${join(group, 'cgroup.procs')} && exec "$@"`, 'sh']
  return { within, remove: () => rmdirSync(group) }
}

/** Copies files to where everybody may read them; a user's home often is not such a place. */
export function copyForEverybody(files: readonly string[], folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const file of files) cpSync(file, join(folder, file.replace(/^.*\//, '')), { recursive: true })
}
