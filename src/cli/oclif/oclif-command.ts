// The order matters: this one looks before oclif is loaded.
import { listenersBefore } from './stdout-listeners.ts'
import type { Config } from '@oclif/core/config'
import { Command } from '@oclif/core/command'

// oclif's module listens for failures of standard output as soon as it is loaded, and throws all but EPIPE out of the
// event loop: a full disk would end a run before it has cleaned up. src/cli/terminal.ts listens for us.
for (const listener of process.stdout.listeners('error'))
  if (!listenersBefore.includes(listener)) process.stdout.off('error', listener as () => void)

export { Command }

/**
 * What a command asks of oclif's configuration. The real one looks for package.json, plugins and a theme on disk: the
 * bundler leaves it out (scripts/bun-build.ts), and there are none.
 */
export function configOf(version: string): Config {
  const config: Partial<Config> = {
    bin: 'kubectl-affinity',
    version,
    userAgent: `kubectl-affinity/${version}`,
    runHook: () => Promise.resolve({ successes: [], failures: [] }),
    scopedEnvVarKey: () => '',
    scopedEnvVarKeys: () => [],
  }
  return config as Config
}
