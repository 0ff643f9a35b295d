import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, expect } from 'vitest'
import { gatewayNames, type ProxyMode } from '../../../src/sandbox/choices.ts'
import { restrictedUsers, startSandbox } from '../../../src/sandbox/index.ts'
import { programs } from '../../lab/index.ts'
import { makeService, writeAddress } from './lab-peer.ts'
import { deployment } from './manifests.ts'
import { type Capability, gateway, missingGateway, type Peer, type Site } from './site.ts'

const nodes = 2

/** The sandbox: a simulation, started anew for each file of scenarios. Where it differs from the lab it is wrong. */
export async function sandboxSite(proxy: ProxyMode): Promise<Site> {
  // Only where they are needed: they are more for a machine to do.
  const isAboutGateways = expect.getState().testPath?.includes('/scenarios/gateways/') === true
  const gateways = isAboutGateways ? gatewayNames : []
  const sandbox = await startSandbox({ nodes, proxy, faults: [], sample: false, gateways })
  await sandbox.ready
  const kubectlFolder = await programs('kubernetes')
  const gatewayOf = (name: string): ReturnType<typeof sandbox.gateway> =>
    sandbox.gateway(gatewayNames.find((one) => one === name) ?? missingGateway(name))
  let peer: Promise<Peer & { stop: () => Promise<void> }> | undefined
  // Hooks of the file itself: after those of its playgrounds.
  afterAll(async () => {
    await (await peer)?.stop()
    await sandbox.stop()
  })
  return {
    name: `the sandbox with the affinity of ${proxy}`,
    isFirstMode: proxy === 'iptables',
    countsSeconds: proxy === 'cilium',
    kubeconfig: sandbox.kubeconfig,
    kubectlFolder,
    images: {
      node: 'docker.io/library/node:24-alpine',
      busybox: 'docker.io/library/busybox:1',
      agnhost: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
      bare: 'registry.k8s.io/pause:3.10',
    },
    nodes: Array.from({ length: nodes }, (_, index) => `node${index + 1}`),
    // Its controllers need a moment for the endpoints; the rules are there at once.
    proxiesFollow: () => sleep(300),
    restrictedUsers,
    capabilities: new Set<Capability>([
      'api server restarts',
      'restricted users',
      'several nodes',
      'real scheduling',
      'room for many clients',
      'UDP',
      'cluster DNS',
      'IPv6',
      proxy === 'cilium' ? 'a table for each entry' : 'a table for each node',
      ...gateways.map(gateway),
    ]),
    gatewayAddress: (name) => gatewayOf(name).address,
    reachedAt: (name) => gatewayOf(name).reachedAt,
    kubectl: (args, input) => kubectl(join(kubectlFolder, 'kubectl'), sandbox.kubeconfig, args, input),
    programsIn: async (namespace, pod) => {
      const address = ['get', 'pod', pod, '-n', namespace, '-o', 'jsonpath={.status.podIP}']
      return processesWith(
        `SANDBOX_POD_IP=${await kubectl(join(kubectlFolder, 'kubectl'), sandbox.kubeconfig, address)}`,
      )
    },
    // oxlint-disable-next-line require-await -- the lab's takes its time
    stopApiServer: async () => sandbox.disconnect(),
    startApiServer: () => sandbox.connect(),
    peer: () => (peer ??= sandboxPeer(kubectlFolder)),
  }
}

/** Command lines of this machine's processes that have this in their environment. */
function processesWith(variable: string): string[] {
  const read = (pid: string, file: string): string[] => {
    try {
      return readFileSync(join('/proc', pid, file), 'utf8').split('\0')
    } catch {
      // It has ended meanwhile, or is not ours.
      return []
    }
  }
  return readdirSync('/proc')
    .filter((pid) => read(pid, 'environ').includes(variable))
    .map((pid) => read(pid, 'cmdline').join(' '))
}

const backendProgram = `
require('node:http').createServer((request, response) =>
  response.end('backend[' + require('node:os').hostname() + ']\\n')).listen(8080)`

/** A second sandbox: cluster IPs of one are reached from the other, so they do for the addresses of load balancers. */
async function sandboxPeer(kubectlFolder: string): Promise<Peer & { stop: () => Promise<void> }> {
  const sandbox = await startSandbox({ nodes: 1, proxy: 'iptables', faults: [], sample: false })
  const run: Peer['kubectl'] = (args, input) =>
    kubectl(join(kubectlFolder, 'kubectl'), sandbox.kubeconfig, args, input)
  return {
    flags: ['--from-kubeconfig', sandbox.kubeconfig],
    name: 'context "sandbox"',
    kubectl: run,
    balance: async (name, n, pending = false) => {
      const app = `backend-${n}`
      const container = {
        name: 'server',
        image: 'docker.io/library/node:24',
        command: ['node', '-e', backendProgram],
        ports: [{ containerPort: 8080 }],
      }
      await run(['apply', '-f', '-'], JSON.stringify(deployment(app, 1, container)))
      await run(['rollout', 'status', `deployment/${app}`, '--timeout=60s'])
      await makeService(run, name, { app })
      const addresses = await run(['get', 'service', name, '-o', 'jsonpath={.spec.clusterIPs}'])
      const [address, ipv6] = JSON.parse(addresses) as [string, string]
      const setAddress = (present: boolean): Promise<void> =>
        writeAddress(run, name, present ? address : undefined)
      await setAddress(!pending)
      return { address, ipv6, backend: new RegExp(`^${app}-`), setAddress }
    },
    // oxlint-disable-next-line require-await -- the lab's takes its time
    stopApiServer: async () => sandbox.disconnect(),
    startApiServer: () => sandbox.connect(),
    stop: () => sandbox.stop(),
  }
}

async function kubectl(
  program: string,
  kubeconfig: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const running = promisify(execFile)(program, [...args], { env: { ...process.env, KUBECONFIG: kubeconfig } })
  running.child.stdin?.end(input)
  return (await running).stdout
}
