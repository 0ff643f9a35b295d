import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
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
  probe: (args: readonly string[], options?: CommandOptions) => Promise<Ended>
  startProbe: (args: readonly string[], options?: CommandOptions) => Running
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

function makePlayground(name: string): Playground {
  const kubectl = (...args: string[]): Promise<string> => site.kubectl(['-n', name, ...args])
  const apply = async (...objects: object[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    await site.kubectl(['-n', name, 'apply', '-f', '-'], JSON.stringify(list))
  }
  const newest = async (): Promise<number> => {
    // There is none before the pod has started.
    const log = await kubectl('logs', '-l', ours, '--tail=-1').catch(() => '')
    return Math.max(0, ...[...log.matchAll(/^\{"line":\d+,"from":(\d+)/gm)].map(([, from]) => Number(from)))
  }
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
    probe: (args, options) => run(site, ['probe', '-n', name, ...args], options),
    startProbe: (args, options) => start(site, ['probe', '-n', name, ...args], options),
    newest,
    requested: async (count) => {
      await expect.poll(newest, { timeout: 60_000, interval: 100 }).toBeGreaterThan(count)
    },
    leftovers: async () => {
      const found = await kubectl('get', 'jobs,pods,services', '-l', ours, '-o', 'name')
      return found.split('\n').filter((line) => line !== '')
    },
  }
}
