import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { connect } from '../../../../src/cluster/index.ts'
import type { Cluster, ConnectionFlags, Environment } from '../../../../src/cluster/index.ts'
import type { KubeconfigCluster, KubeconfigUser } from '../../../../src/cluster/kubeconfig/types.ts'
import { temporaryFolder } from '../../../support/folder.ts'

export function kubeconfigText(
  cluster: KubeconfigCluster,
  user: KubeconfigUser = {},
  namespace?: string,
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'it', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'here', context: { cluster: 'it', user: 'me', ...(namespace ? { namespace } : {}) } }],
  })
}

export interface Recorded extends Environment {
  warnings: string[]
  lines: string[]
}

export function environment(changes: Partial<Environment> = {}): Recorded {
  const warnings: string[] = []
  const lines: string[] = []
  return {
    env: { PATH: process.env['PATH'] },
    homedir: '/nowhere',
    version: '1.2.3',
    warn: (text) => void warnings.push(text),
    log: (line) => void lines.push(line),
    verbosity: 0,
    interactive: false,
    ...changes,
    warnings,
    lines,
  }
}

/** Connects to a cluster as a user, through a kubeconfig in a file; closes when the test ends. */
export async function connectTo(
  cluster: KubeconfigCluster | string,
  user: KubeconfigUser = {},
  flags: ConnectionFlags = {},
  recorded: Environment = environment(),
): Promise<Cluster> {
  const kubeconfig = join(temporaryFolder(), 'config')
  writeFileSync(kubeconfig, kubeconfigText(typeof cluster === 'string' ? { server: cluster } : cluster, user))
  const connected = await connect({ kubeconfig, ...flags }, recorded)
  onTestFinished(() => connected.close())
  return connected
}
