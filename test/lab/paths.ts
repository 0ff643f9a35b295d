import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'

const lab = fileURLToPath(new URL('.', import.meta.url))

/** The folder of the project's node_modules. */
export const projectDir: string = resolve(lab, '../..')

/** Where the go.mod of a group of the lab's own programs is. */
export const moduleDir = (name: string): string => join(lab, 'programs', name)

/** The script that is the first process of a node. */
export const nodeInit: string = join(lab, 'nodes', 'node-init.sh')

/** The program that answers for the addresses of the other cluster. */
export const peerBackends: string = join(lab, 'peer', 'peer-backends.ts')

/** The program that gives addresses to load balancers. */
export const loadBalancers: string = join(lab, 'nodes', 'load-balancers.ts')

/** The folder of a gateway. */
export const gatewayDir = (name: string): string => join(lab, 'gateways', name)

/** Everything that belongs to the running lab: keys, logs, etcd's data, the nodes' disks. */
export const stateDir = (): string =>
  resolve(
    env['KUBECTL_AFFINITY_LAB_DIR'] ??
      join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'kubectl-affinity/lab'),
  )

/** Built programs and images, shared by all checkouts. */
export const cacheDir = (): string =>
  resolve(join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kubectl-affinity/lab'))

/** Short and different for each state folder; part of the name of what the lab puts outside of it. */
export const labId = (): string => createHash('sha256').update(stateDir()).digest('hex').slice(0, 8)

/** Paths inside the state folder. */
export const statePath = (...parts: string[]): string => join(stateDir(), ...parts)

/** The kubeconfig that `up` writes. */
export const kubeconfigPath = (): string => statePath('kubeconfig')
