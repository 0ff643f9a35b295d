import { deepStrictEqual } from 'node:assert'
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { findProgram } from '../machine/apt.ts'
import { labProcesses } from '../machine/cgroups.ts'
import { labDown, labUp } from '../kubernetes/cluster.ts'
import { proveGateways } from '../gateways/prove.ts'
import { kubectl } from '../kubernetes/kubectl.ts'
import { cacheDir, stateDir } from '../paths.ts'
import { tryRun } from '../machine/process.ts'
import { progress } from '../machine/progress.ts'
import { proveServices } from './prove-services.ts'
import { hasCilium, serviceProxies } from '../kubernetes/state.ts'
import { labStatus } from '../kubernetes/status.ts'

/** Folders where container runtimes like to leave things. */
const folders = ['/run', '/var/lib', '/var/log', '/etc', '/opt', '/usr/libexec', '/lib']

/** What a program prints, without comments; nothing when the machine does not have it. */
const lines = async (program: string, ...args: string[]): Promise<string[]> =>
  findProgram(program) === undefined
    ? []
    : (await tryRun(program, args)).stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

/** Everything on the machine that the lab could leave behind, in lines that do not change by themselves. */
async function machine(): Promise<Record<string, string[]>> {
  return {
    processes: globSync('/proc/[0-9]*/cmdline').filter((file) => mentionsLab(file) && !isOurs(file)),
    mounts: readFileSync('/proc/self/mounts', 'utf8').trimEnd().split('\n'),
    cgroups: globSync('/sys/fs/cgroup/**/affinity-lab-*'),
    namespaces: await lines('ip', 'netns', 'list'),
    links: (await lines('ip', '-oneline', 'link')).map((line) => line.split(':')[1] ?? ''),
    routes: [...(await lines('ip', 'route')), ...(await lines('ip', '-6', 'route'))],
    rules: [
      ...(await lines('iptables-save')),
      ...(await lines('ip6tables-save')),
      ...(await lines('nft', 'list', 'ruleset')),
    ],
    // What Cilium loads into the kernel. Its maps are there as long as these are.
    programs: readFileSync('/proc/kallsyms', 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('[bpf]'))
      .map((line) => line.split(/\s+/)[2] ?? ''),
    folders: folders.flatMap((folder) =>
      existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [],
    ),
    state: [stateDir()].filter((folder) => existsSync(folder)),
  }
}

/** Kinds of what gateways leave in a cluster. */
const kinds = [
  'namespaces',
  'customresourcedefinitions',
  'clusterroles',
  'clusterrolebindings',
  'ingressclasses',
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]

/** The names of all objects of these kinds. */
const clusterObjects = async (): Promise<string[]> =>
  (await kubectl(['get', kinds.join(','), '-o', 'name'])).trim().split('\n').toSorted()

function mentionsLab(cmdline: string): boolean {
  try {
    const content = readFileSync(cmdline, 'utf8')
    return content.includes(stateDir()) || content.includes(cacheDir())
  } catch {
    // It ended meanwhile.
    return false
  }
}

/** A shell that mentions the folders because it runs us is nothing that the lab left. */
const isOurs = (cmdline: string): boolean =>
  [process.pid, process.ppid].some((pid) => cmdline === `/proc/${pid}/cmdline`)

async function expectUp(when: string): Promise<void> {
  const { up, reason } = await labStatus()
  if (!up) throw new Error(`${when}: not up: ${reason ?? ''}`)
}

/** Proves what the lab promises of its own life: up, up again, another proxy, after a crash, and no trace. */
export async function selftest(): Promise<void> {
  await labDown()
  const before = await machine()
  await labUp()
  await expectUp('after up')
  const [first] = labProcesses()
  await labUp()
  if (!labProcesses().includes(first ?? 0)) throw new Error('a second up did not keep the lab')
  await labUp({ proxy: 'nftables' })
  await expectUp('after a change of the proxy mode')
  const none = await clusterObjects()
  await labUp({ proxy: 'nftables', gateways: ['traefik'] })
  const one = await clusterObjects()
  await labUp({
    proxy: 'nftables',
    gateways: ['contour', 'envoy-gateway', 'ingress-nginx', 'istio', 'traefik'],
  })
  await proveGateways()
  await labUp({ proxy: 'nftables', gateways: ['traefik'] })
  deepStrictEqual(await clusterObjects(), one)
  await labUp({ proxy: 'nftables' })
  deepStrictEqual(await clusterObjects(), none)
  for (const pid of labProcesses('control-plane')) process.kill(pid, 'SIGKILL')
  if ((await labStatus()).up) throw new Error('up without a control plane')
  await labUp({ nodes: 3 })
  await expectUp('after a crash of the control plane')
  for (const pid of labProcesses()) tryKill(pid)
  await labUp({ nodes: 1 })
  await expectUp('after a crash of everything')
  await labDown()
  await expectNothingLeft(before)
  progress('selftest passed: nothing is left')
}

/** Proves the same of all ways to have Cilium: Services spread and stick in each, and nothing is left of any. */
export async function selftestCilium(): Promise<void> {
  await labDown()
  const before = await machine()
  for (const proxy of serviceProxies.filter(hasCilium)) {
    await labUp({ nodes: 3, proxy })
    await expectUp(`with ${proxy}`)
    await proveServices()
  }
  await labUp()
  await expectUp('after Cilium')
  await proveServices()
  await labDown()
  await expectNothingLeft(before)
  progress('selftest passed: nothing is left of Cilium')
}

/** The kernel takes some things away a moment after the last that used them has ended. */
async function expectNothingLeft(before: Record<string, string[]>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!isDeepStrictEqual(await machine(), before) && Date.now() < deadline) await sleep(500)
  deepStrictEqual(await machine(), before)
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with the first process of its node.
  }
}
