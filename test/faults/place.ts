import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { type Cluster, connect } from '../../src/cluster/index.ts'
import {
  jobsPath,
  listPath,
  namespacesPath,
  podsPath,
  servicesPath,
  slicesPath,
} from '../../src/cluster/paths.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { images, labKubeconfig } from '../lab/index.ts'

const executable = join(import.meta.dirname, '..', '..', 'dist', 'kubectl-affinity')

/** How a command ended, and what it printed. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

interface Own {
  kubeconfig: string
  namespace: string
  image: string
  stop: () => Promise<void>
}

/** A sandbox, or a namespace of the lab, and the executable against it. */
export class Place {
  readonly cluster: Cluster
  readonly #own: Own

  private constructor(cluster: Cluster, own: Own) {
    this.cluster = cluster
    this.#own = own
  }

  static async start(): Promise<Place> {
    const sandbox = await startSandbox({ nodes: 2, proxy: 'iptables', faults: [], sample: false })
    await sandbox.ready
    return await Place.#at({
      kubeconfig: sandbox.kubeconfig,
      namespace: 'default',
      image: 'docker.io/library/node:24-alpine',
      stop: async () => await sandbox.stop(),
    })
  }

  /** A namespace of its own on the lab, which runs. */
  static async onLab(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'))
    const namespace = `faults-${process.pid}`
    const config = parse(await readFile(labKubeconfig(), 'utf8')) as { contexts: { context: object }[] }
    for (const { context } of config.contexts) Object.assign(context, { namespace })
    const kubeconfig = join(folder, 'kubeconfig')
    await writeFile(kubeconfig, stringify(config), { mode: 0o600 })
    const metadata = { name: namespace }
    const place = await Place.#at({
      kubeconfig,
      namespace,
      image: images.node,
      stop: async () => {
        await place.cluster.delete(`/api/v1/namespaces/${namespace}`)
        await rm(folder, { recursive: true })
      },
    })
    await place.cluster.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
    return place
  }

  static async #at(own: Own): Promise<Place> {
    if (!existsSync(executable)) throw new Error(`there is no ${executable}: npm run build`)
    const surroundings = {
      env: {},
      homedir: undefined,
      version: 'test',
      verbosity: 0,
      interactive: false,
      log: () => {},
      warn: () => {},
    }
    return new Place(await connect({ kubeconfig: own.kubeconfig }, surroundings), own)
  }

  async stop(): Promise<void> {
    await this.#own.stop()
    this.cluster.close()
  }

  get namespace(): string {
    return this.#own.namespace
  }

  get kubeconfig(): string {
    return this.#own.kubeconfig
  }

  /** Nobody else uses this cluster. */
  get isOwn(): boolean {
    return this.namespace === 'default'
  }

  /** Runs a command; `meanwhile` may send it signals, and is told what it has said on stderr. */
  async run(
    args: readonly string[],
    meanwhile?: (kill: (signal: NodeJS.Signals) => void, progress: () => string) => Promise<void>,
    kubeconfig = this.kubeconfig,
  ): Promise<Ended> {
    const child = spawn(executable, args, {
      env: {
        PATH: process.env['PATH'],
        HOME: '/nonexistent',
        KUBECONFIG: kubeconfig,
        KUBECTL_AFFINITY_IMAGE: this.#own.image,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (texts[stream] += text))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, ...texts }))
    })
    await meanwhile?.(
      (signal) => void child.kill(signal),
      () => texts.stderr,
    )
    return await ended
  }

  /** Three pods that run a program, behind a Service without affinity and one with it. */
  async deploy(name: string, program: string): Promise<void> {
    const labels = { app: name }
    const { namespace, image } = this.#own
    const metadata = (object: string): object => ({ name: object, namespace, labels })
    const source = `const name=require('os').hostname(),http=require('http'),net=require('net');let n=0;${program}`
    await this.cluster.create(listPath('/apis/apps/v1', 'deployments', namespace), {
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
                image,
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
      await this.cluster.create(servicesPath(namespace), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(service),
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }], sessionAffinity },
      })
    await this.#until(async () => {
      const slices = await this.cluster.get<{
        items: {
          metadata: { labels?: Record<string, string> }
          endpoints?: { conditions?: { ready?: boolean } }[] | null
        }[]
      }>(slicesPath(namespace))
      const own = slices.items.filter(
        ({ metadata: { labels: of } }) => of?.['kubernetes.io/service-name']?.replace('-sticky', '') === name,
      )
      return (
        own.length === 2 &&
        own.every(
          ({ endpoints }) => endpoints?.filter(({ conditions }) => conditions?.ready === true).length === 3,
        )
      )
    })
  }

  async remove(name: string): Promise<void> {
    await this.cluster.delete(`${listPath('/apis/apps/v1', 'deployments', this.namespace)}/${name}`)
    for (const service of [name, `${name}-sticky`])
      await this.cluster.delete(`${servicesPath(this.namespace)}/${service}`).catch(() => undefined)
  }

  /** Names of what the program has in the cluster, of a cluster of others in its namespace. */
  async leftovers(): Promise<string[]> {
    const where = this.isOwn ? undefined : this.namespace
    const lists = await Promise.all(
      [jobsPath(where), podsPath(where), servicesPath(where)].map(async (path) => await this.#ours(path)),
    )
    return lists.flat().map(({ name }) => name)
  }

  /** The namespaces of demos that began since a time, as far as they are of the one that said this, if it said anything. */
  async demos(sinceMs: number, said: string): Promise<string[]> {
    const all = await this.#ours(namespacesPath)
    return all
      .filter(({ creationTimestamp }) => Date.parse(creationTimestamp) > sinceMs - 1000)
      .map(({ name }) => name)
      .filter((name) => said === '' || said.includes(name))
  }

  async #ours(path: string): Promise<{ name: string; creationTimestamp: string }[]> {
    const query = { labelSelector: 'app.kubernetes.io/managed-by=kubectl-affinity,affinity.kubectl.dev/run' }
    const { items } = await this.cluster.get<{
      items: { metadata: { name: string; creationTimestamp: string; deletionTimestamp?: string } }[]
    }>(path, { query })
    return items
      .map(({ metadata }) => metadata)
      .filter(({ deletionTimestamp }) => deletionTimestamp === undefined)
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    const until = performance.now() + 60_000
    while (!(await isSo())) {
      if (performance.now() > until) throw new Error('the application does not start')
      await sleep(100)
    }
    // The Service proxies follow within a second.
    await sleep(this.isOwn ? 200 : 2000)
  }
}
