import type { Config } from '@oclif/core/config'
import { Command } from '@oclif/core/command'

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
