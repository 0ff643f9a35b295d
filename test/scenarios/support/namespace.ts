import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { temporaryFolder } from '../../support/folder.ts'
import { apiReader } from './api.ts'
import { type CommandOptions, endCommands, type Ended, run, type Running, start } from './command.ts'
import { site } from './site.ts'

/** The labels on all that probes make. */
const ours = 'app.kubernetes.io/managed-by=kubectl-affinity,affinity.kubectl.dev/run'

/** A namespace of one file of scenarios, and the user's commands in it. */
export interface Playground {
  readonly name: string
  kubectl: (...args: string[]) => Promise<string>
  apply: (...objects: object[]) => Promise<void>
  /** Applies objects, waits until every Deployment has all its pods, and until the proxies know them. */
  deploy: (...objects: object[]) => Promise<void>
  /** Waits until the proxies on all nodes have followed the last change. */
  proxiesFollow: () => Promise<void>
  /** As users do, with patience for what is slow. */
  probe: (args: readonly string[], options?: CommandOptions) => Promise<Ended>
  startProbe: (args: readonly string[], options?: CommandOptions) => Running
  /** A probe during which something is done: after enough was asked, however long it takes, and enough is asked after it. */
  probeAround: (args: readonly string[], act: () => Promise<unknown>) => Promise<Ended>
  /** How many requests the probe that runs here has made: its log numbers them. */
  newest: () => Promise<number>
  /** Waits until the probe that runs here has made more than so many requests. */
  requested: (count: number) => Promise<void>
  /** Jobs, pods and Services that probes left here. */
  leftovers: () => Promise<string[]>
}

/**
 * Makes a namespace for the scenarios of a file, removes it after them, and demands after each that no probe has
 * left anything in it.
 */
export function usePlayground(labels: Record<string, string> = {}): Playground {
  const name = `scn-${randomBytes(3).toString('hex')}`
  const playground = makePlayground(name)
  beforeAll(async () => {
    const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
    await site.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
  })
  afterEach(async () => {
    await endCommands()
    expect((await playground.leftovers()).join(' ')).toBe('')
  })
  afterAll(async () => {
    await site.kubectl(['delete', 'namespace', name, '--wait=false'])
  })
  return playground
}

/** Pods that start together on a busy machine answer after seconds, which is no fault of theirs unless a scenario says so. */
export function patient(args: readonly string[]): readonly string[] {
  const isSaid = args.includes('--timeout') || args.includes('--measure-timeout')
  return isSaid ? args : [...args, '--timeout', '10s']
}

function makePlayground(name: string): Playground {
  const kubectl = (...args: string[]): Promise<string> => site.kubectl(['-n', name, ...args])
  const apply = async (...objects: object[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    await site.kubectl(['-n', name, 'apply', '-f', '-'], JSON.stringify(list))
  }
  const read = apiReader(site.kubeconfig)
  /** The names of what probes made here. */
  const made = async (kind: string): Promise<string[]> => {
    const group = kind === 'jobs' ? '/apis/batch/v1' : '/api/v1'
    const path = `${group}/namespaces/${name}/${kind}?labelSelector=${encodeURIComponent(ours)}`
    const { items } = JSON.parse(await read(path)) as { items: { metadata: { name: string } }[] }
    return items.map(({ metadata }) => metadata.name)
  }
  const newest = async (): Promise<number> => {
    // There is none before the pod has started.
    const logs = (await made('pods').catch(() => [])).map((pod) =>
      read(`/api/v1/namespaces/${name}/pods/${pod}/log`).catch(() => ''),
    )
    const log = (await Promise.all(logs)).join('\n')
    return Math.max(0, ...[...log.matchAll(/^\{"line":\d+,"from":(\d+)/gm)].map(([, from]) => Number(from)))
  }
  const startProbe: Playground['startProbe'] = (args, options) =>
    start(site, ['probe', '-n', name, ...patient(args)], options)
  return {
    name,
    kubectl,
    apply,
    deploy: async (...objects) => {
      await apply(...objects)
      const deployments = objects.filter((object) => 'kind' in object && object.kind === 'Deployment')
      for (const { metadata } of deployments as { metadata: { name: string } }[])
        await kubectl('rollout', 'status', `deployment/${metadata.name}`, '--timeout=120s')
      await site.proxiesFollow()
    },
    proxiesFollow: () => site.proxiesFollow(),
    probe: (args, options) => run(site, ['probe', '-n', name, ...patient(args)], options),
    startProbe,
    probeAround: async (args, act) => {
      const over = join(temporaryFolder(), 'over')
      const running = startProbe([...args, '--during', `until [ -e ${over} ]; do sleep 0.1; done`])
      await running.printed(/running: until/)
      await act()
      writeFileSync(over, '')
      return await running.ended
    },
    newest,
    requested: async (count) => {
      await expect.poll(newest, { timeout: 60_000, interval: 100 }).toBeGreaterThan(count)
    },
    leftovers: async () => {
      const kinds = ['job', 'pod', 'service']
      const found = await Promise.all(
        kinds.map(async (kind) => (await made(`${kind}s`)).map((one) => `${kind}/${one}`)),
      )
      return found.flat()
    },
  }
}
