import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, connect } from '../../src/cluster/index.ts'
import { jobsPath, podsPath, servicesPath, slicesPath } from '../../src/cluster/paths.ts'
import { startSandbox } from '../../src/sandbox/index.ts'

const executable = join(import.meta.dirname, '..', '..', 'dist', 'kubectl-affinity')

/** How a command ended, and what it printed. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A sandbox, and the executable against it. */
export class Place {
  readonly cluster: Cluster
  readonly #kubeconfig: string
  readonly stop: () => Promise<void>

  private constructor(cluster: Cluster, kubeconfig: string, stop: () => Promise<void>) {
    this.cluster = cluster
    this.#kubeconfig = kubeconfig
    this.stop = stop
  }

  static async start(): Promise<Place> {
    if (!existsSync(executable)) throw new Error(`there is no ${executable}: npm run build`)
    const sandbox = await startSandbox({ nodes: 2, proxy: 'iptables', faults: [], sample: true })
    await sandbox.ready
    const cluster = await connect(
      { kubeconfig: sandbox.kubeconfig },
      {
        env: {},
        homedir: undefined,
        version: 'test',
        verbosity: 0,
        interactive: false,
        log: () => {},
        warn: () => {},
      },
    )
    return new Place(cluster, sandbox.kubeconfig, async () => {
      cluster.close()
      await sandbox.stop()
    })
  }

  /** Runs a command; `meanwhile` may send it signals. */
  async run(
    args: readonly string[],
    meanwhile?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>,
  ): Promise<Ended> {
    const child = spawn(executable, args, {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', KUBECONFIG: this.#kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (texts[stream] += text))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, ...texts }))
    })
    await meanwhile?.((signal) => void child.kill(signal))
    return await ended
  }

  /** Three pods that run a program, behind a Service without affinity and one with it. */
  async deploy(name: string, program: string): Promise<void> {
    const labels = { app: name }
    const metadata = (object: string): object => ({ name: object, namespace: 'default', labels })
    const source = `const name=require('os').hostname(),http=require('http'),net=require('net');let n=0;${program}`
    await this.cluster.create('/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata(name),
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'app',
                image: 'docker.io/library/node:24-alpine',
                command: ['node', '-e', source],
                ports: [{ containerPort: 8080 }],
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    })
    for (const [service, sessionAffinity] of [
      [name, 'None'],
      [`${name}-sticky`, 'ClientIP'],
    ] as const)
      await this.cluster.create(servicesPath('default'), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(service),
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }], sessionAffinity },
      })
    await this.#until(async () => {
      const slices = await this.cluster.get<{
        items: {
          metadata: { labels?: Record<string, string> }
          endpoints?: { conditions?: { ready?: boolean } }[]
        }[]
      }>(slicesPath('default'))
      const own = slices.items.filter(
        ({ metadata: { labels: of } }) => of?.['kubernetes.io/service-name']?.replace('-sticky', '') === name,
      )
      return (
        own.length === 2 &&
        own.every(
          ({ endpoints = [] }) =>
            endpoints.filter(({ conditions }) => conditions?.ready === true).length === 3,
        )
      )
    })
  }

  async remove(name: string): Promise<void> {
    await this.cluster.delete(`/apis/apps/v1/namespaces/default/deployments/${name}`)
    for (const service of [name, `${name}-sticky`])
      await this.cluster.delete(`${servicesPath('default')}/${service}`).catch(() => undefined)
  }

  /** Names of what the program has in the cluster, its own and its namespaces. */
  async leftovers(): Promise<string[]> {
    const query = { labelSelector: 'app.kubernetes.io/managed-by=kubectl-affinity,affinity.kubectl.dev/run' }
    const paths = [jobsPath(undefined), podsPath(undefined), servicesPath(undefined), '/api/v1/namespaces']
    const lists = await Promise.all(
      paths.map(
        async (path) =>
          await this.cluster.get<{ items: { metadata: { name: string; deletionTimestamp?: string } }[] }>(
            path,
            { query },
          ),
      ),
    )
    return lists.flatMap(({ items }) =>
      items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name),
    )
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    const until = performance.now() + 30_000
    while (!(await isSo())) {
      if (performance.now() > until) throw new Error('the application does not start')
      await sleep(100)
    }
    await sleep(200)
  }
}
