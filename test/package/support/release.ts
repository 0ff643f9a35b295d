import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }

export const root: string = join(import.meta.dirname, '..', '..', '..')
/** What `npm run package` made. */
export const release: string = join(root, 'dist', 'release')
export const { version } = packageJson

/** A folder that nobody else has; the machine's temporary files are cleaned up by the machine. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'affinity-package-'))
}

/** Unpacks an archive into an empty folder, with the programs that krew's own code stands for. */
export function unpack(archive: string): string {
  const folder = emptyFolder()
  const [program, args]: [string, string[]] = archive.endsWith('.zip')
    ? ['unzip', ['-q', archive, '-d', folder]]
    : ['tar', ['-xzf', archive, '-C', folder]]
  execFileSync(program, args)
  return folder
}

export interface Answer {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program as somebody who has nothing but what is given. */
export function runIn(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv): Answer {
  const [program = '', ...args] = argv
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env: { HOME: folder, LANG: 'C.UTF-8', ...env },
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  return { code: status, stdout, stderr }
}

export function fileIn(...parts: string[]): Buffer {
  return readFileSync(join(release, ...parts))
}
