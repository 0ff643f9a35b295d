import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root } from '../bundle.ts'
import type { Platform } from './platforms.ts'

export interface Locked {
  version: string
  integrity: string
}

/** What package-lock.json says about a package. */
export function lockedPackage(name: string): Locked {
  const lock: { packages: Record<string, Partial<Locked>> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  )
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {}
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json has no ${name}`)
  return { version, integrity }
}

/**
 * Bun's executable for a platform, by way of npm and with the checksum of package-lock.json. `bun build` would fetch
 * it as well, but from the registry of its own choice and without a checksum that we know.
 */
export function fetchRuntime({ os, runtime }: Platform): string {
  const { version, integrity } = lockedPackage(runtime)
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kubectl-affinity', 'bun')
  const name = runtime.replace('@oven/', '')
  const folder = join(cache, `${name}-${version}`)
  const program = join(folder, 'package', 'bin', os === 'windows' ? 'bun.exe' : 'bun')
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, `.${name}-`))
  try {
    const archive = join(scratch, download(`${runtime}@${version}`, scratch))
    verify(readFileSync(archive), integrity, runtime)
    execFileSync('tar', ['-xzf', archive, '-C', scratch])
    rmSync(archive)
    // Renamed when whole, so that one that was interrupted is not taken for it; whoever else was faster wins.
    if (!existsSync(folder)) renameSync(scratch, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return program
}

function download(spec: string, folder: string): string {
  const answer = execFileSync('npm', ['pack', spec, '--json', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  const [packed]: { filename: string }[] = JSON.parse(answer)
  if (packed === undefined) throw new Error(`npm pack ${spec} made nothing`)
  return packed.filename
}

function verify(content: Uint8Array, integrity: string, name: string): void {
  const [algorithm = 'sha512', expected] = integrity.split(/-(.*)/s)
  const actual = createHash(algorithm).update(content).digest('base64')
  if (actual !== expected) throw new Error(`${name}: its checksum is not the one in package-lock.json`)
}
