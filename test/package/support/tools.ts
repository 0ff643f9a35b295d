import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What is fetched or built once for all checkouts of this machine. */
export const toolCache: string = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'kubectl-affinity',
  'tools',
)

/** Fills a folder of the cache once. What was interrupted is not taken for whole; whoever else was faster wins. */
export function cachedFolder(name: string, fill: (folder: string) => void): string {
  const folder = join(toolCache, name)
  if (existsSync(folder)) return folder
  mkdirSync(toolCache, { recursive: true })
  const scratch = mkdtempSync(join(toolCache, `.${name}-`))
  try {
    fill(scratch)
    if (!existsSync(folder)) renameSync(scratch, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return folder
}

/** Programs of a Go module, built from its source as the module proxy has it. */
export function goPrograms(module: string, version: string, packages: readonly string[]): string {
  return cachedFolder(`${module.replaceAll('/', '_')}-${version}`, (folder) => {
    execFileSync('go', ['install', ...packages.map((path) => `${module}/${path}@${version}`)], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  })
}
