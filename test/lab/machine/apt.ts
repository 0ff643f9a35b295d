import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import { step } from './progress.ts'
import { run } from './process.ts'

/** What the lab takes from the system, and the Debian package that brings it. */
const needed: readonly (readonly [program: string, debianPackage: string])[] = [
  ['runc', 'runc'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['conntrack', 'conntrack'],
  ['ip', 'iproute2'],
  ['mount', 'mount'],
  ['nsenter', 'util-linux'],
  ['ldd', 'libc-bin'],
  ['busybox', 'busybox-static'],
  ['nc.openbsd', 'netcat-openbsd'],
  ['dash', 'dash'],
  ['openssl', 'openssl'],
  ['curl', 'curl'],
  // Not for the lab itself: the scenarios look at the live view on a terminal.
  ['tmux', 'tmux'],
]

const folders = (env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin')

/** The full path of a program of the system, or undefined. */
export const findProgram = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path))

/** The full path of a program of the system that must be there. */
export function systemProgram(name: string): string {
  const path = findProgram(name)
  if (path === undefined) throw new Error(`${name} is missing: run \`npm run lab -- install\``)
  return path
}

/** Installs the Debian packages that are missing; does nothing, quickly, when none is. */
export async function install(): Promise<void> {
  const packages = needed.filter(([program]) => findProgram(program) === undefined).map(([, name]) => name)
  if (packages.length === 0) return
  if (findProgram('apt-get') === undefined)
    throw new Error(`install these first, by Debian's names: ${packages.join(' ')}`)
  const aptEnv = { ...env, DEBIAN_FRONTEND: 'noninteractive' }
  await step(`installing ${packages.join(' ')}`, async () => {
    await run('apt-get', ['update', '-q'], { env: aptEnv })
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env: aptEnv })
  })
}
