import { setTimeout as sleep } from 'node:timers/promises'
import { podsPath, servicePath, servicesPath } from '../../src/cluster/paths.ts'
import type { Service } from '../../src/model/cluster/kubernetes.ts'
import type { Place } from './place.ts'
import type { Outcome } from './outcome.ts'
import { verdictOf } from './servers.ts'

/** What somebody does while a Service is asked, and what the verdict may be then. */
export interface Change {
  name: string
  isSticky: boolean
  change: (place: Place, service: string, app: string) => Promise<unknown>
  /** Verdicts that are true. */
  may: readonly string[]
  /** Further words of the probe. */
  args?: readonly string[]
}

const patch = (place: Place, service: string, spec: object): Promise<unknown> =>
  place.cluster.patch(servicePath(place.namespace, service), { type: 'merge', body: { spec } })

const scale = (place: Place, app: string, replicas: number): Promise<unknown> =>
  place.cluster.patch(namePath(place, app), {
    type: 'merge',
    body: { spec: { replicas } },
  })

const namePath = (place: Place, app: string): string =>
  `/apis/apps/v1/namespaces/${place.namespace}/deployments/${app}`

const rollOut = (place: Place, app: string): Promise<unknown> =>
  place.cluster.patch(namePath(place, app), {
    type: 'merge',
    body: { spec: { template: { metadata: { annotations: { rolled: 'out' } } } } },
  })

/** Its owner makes another in its place; the Services forget it, and it serves whom it has. */
async function unlabelOne(place: Place, app: string): Promise<void> {
  const query = { labelSelector: `app=${app}` }
  const { items } = await place.cluster.get<{ items: { metadata: { name: string } }[] }>(
    podsPath(place.namespace),
    { query },
  )
  const path = `${podsPath(place.namespace)}/${items[0]!.metadata.name}`
  await place.cluster.patch(path, { type: 'merge', body: { metadata: { labels: { app: `${app}-old` } } } })
  // Nobody else removes it.
  setTimeout(() => void place.cluster.delete(path).catch(() => undefined), 12_000)
}

async function makeSecond(place: Place, service: string, app: string): Promise<void> {
  const name = `${service}-second`
  await place.cluster.create(servicesPath(place.namespace), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: place.namespace },
    spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
  })
  setTimeout(
    () => void place.cluster.delete(servicePath(place.namespace, name)).catch(() => undefined),
    12_000,
  )
}

/** Deletes a Service and makes it again; with another address unless it is to keep its own. */
async function makeAnew(place: Place, name: string, keepsAddress: boolean): Promise<void> {
  const { metadata, spec } = await place.cluster.get<Service>(servicePath(place.namespace, name))
  const { clusterIP, clusterIPs, ...rest } = spec
  // Somebody else takes the address meanwhile.
  const other = { clusterIP: undefined, ports: spec.ports, selector: { app: 'nobody' } }
  await place.cluster.delete(servicePath(place.namespace, name))
  const make = async (as: string, more: object): Promise<unknown> =>
    await place.cluster.create(servicesPath(place.namespace), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: as, namespace: place.namespace, labels: metadata.labels ?? {} },
      spec: more,
    })
  if (!keepsAddress)
    await make(`${name}-squatter`, { ...other, ...(clusterIP === undefined ? {} : { clusterIP }) })
  await make(name, keepsAddress ? { ...rest, clusterIP, clusterIPs } : rest)
  if (!keepsAddress) await place.cluster.delete(servicePath(place.namespace, `${name}-squatter`))
}

async function removePods(place: Place, app: string, most: number): Promise<void> {
  const query = { labelSelector: `app=${app}` }
  const { items } = await place.cluster.get<{ items: { metadata: { name: string } }[] }>(
    podsPath(place.namespace),
    { query },
  )
  for (const { metadata } of items.slice(0, most))
    await place.cluster.delete(`${podsPath(place.namespace)}/${metadata.name}`)
}

/** What is said where requests failed on a busy machine. */
const openForFailures = new Set([
  'inconclusive, failures',
  'inconclusive, no-answers',
  'inconclusive, too-few-requests',
])

const changed = ['inconclusive, service-changed']

export const changes: readonly Change[] = [
  { name: 'nothing', isSticky: false, change: async () => {}, may: ['spread'] },
  { name: 'nothing', isSticky: true, change: async () => {}, may: ['sticky'] },
  {
    name: 'affinity on',
    isSticky: false,
    change: async (place, service) => await patch(place, service, { sessionAffinity: 'ClientIP' }),
    may: changed,
  },
  {
    name: 'affinity off',
    isSticky: true,
    change: async (place, service) =>
      await patch(place, service, { sessionAffinity: 'None', sessionAffinityConfig: null }),
    may: changed,
  },
  {
    name: 'affinity on and off again',
    isSticky: false,
    change: async (place, service) => {
      await patch(place, service, { sessionAffinity: 'ClientIP' })
      await sleep(2500)
      await patch(place, service, { sessionAffinity: 'None', sessionAffinityConfig: null })
    },
    may: changed,
  },
  {
    name: 'affinity off and on again at once',
    isSticky: true,
    change: async (place, service) => {
      await patch(place, service, { sessionAffinity: 'None', sessionAffinityConfig: null })
      await patch(place, service, { sessionAffinity: 'ClientIP' })
    },
    may: changed,
  },
  {
    name: 'the Service is deleted',
    isSticky: true,
    change: async (place, service) => await place.cluster.delete(servicePath(place.namespace, service)),
    may: changed,
  },
  {
    name: 'another selector',
    isSticky: true,
    change: async (place, service) => await patch(place, service, { selector: { app: 'nobody' } }),
    may: changed,
  },
  {
    name: 'another port',
    isSticky: true,
    change: async (place, service) =>
      await patch(place, service, { ports: [{ port: 81, targetPort: 8080 }] }),
    may: changed,
  },
  {
    name: 'made anew with the same address',
    isSticky: true,
    change: async (place, service) => await makeAnew(place, service, true),
    may: changed,
  },
  {
    name: 'made anew with another address',
    isSticky: true,
    change: async (place, service) => await makeAnew(place, service, false),
    may: changed,
  },
  {
    name: 'affinity on, of three clients',
    isSticky: false,
    change: async (place, service) => await patch(place, service, { sessionAffinity: 'ClientIP' }),
    // On a busy machine one of them may begin after the change, and sees nothing else.
    may: [
      'inconclusive, service-changed of 3 clients',
      'inconclusive, service-changed and sticky of 3 clients',
    ],
    args: ['--clients', '3'],
  },
  {
    name: 'all pods end',
    isSticky: true,
    change: async (place, _, app) => await removePods(place, app, 3),
    may: ['sticky', 'inconclusive, moves', 'inconclusive, one-endpoint'],
  },
  {
    name: 'a pod ends',
    isSticky: true,
    change: async (place, _, app) => await removePods(place, app, 1),
    may: ['sticky'],
  },
  {
    name: 'a pod ends',
    isSticky: false,
    change: async (place, _, app) => await removePods(place, app, 1),
    may: ['spread'],
  },
  {
    name: 'more pods',
    isSticky: true,
    change: async (place, _, app) => await scale(place, app, 6),
    may: ['sticky'],
  },
  {
    name: 'more pods',
    isSticky: false,
    change: async (place, _, app) => await scale(place, app, 6),
    may: ['spread'],
  },
  {
    name: 'one pod is left',
    isSticky: true,
    change: async (place, _, app) => await scale(place, app, 1),
    may: ['sticky', 'inconclusive, one-endpoint'],
  },
  {
    name: 'no pod is left',
    isSticky: true,
    change: async (place, _, app) => await scale(place, app, 0),
    may: ['sticky', 'inconclusive, failures'],
  },
  {
    name: 'the port gets a name',
    isSticky: true,
    change: async (place, service) =>
      await patch(place, service, { ports: [{ name: 'web', port: 80, targetPort: 8080 }] }),
    // Proxies forget their clients of a port that is called otherwise.
    may: ['sticky', ...changed],
  },
  {
    name: 'the port gets a name',
    isSticky: false,
    change: async (place, service) =>
      await patch(place, service, { ports: [{ name: 'web', port: 80, targetPort: 8080 }] }),
    may: ['spread', ...changed],
  },
  {
    name: 'another timeout',
    isSticky: true,
    change: async (place, service) =>
      await patch(place, service, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }),
    may: ['sticky', ...changed],
  },
  {
    name: 'a node port',
    isSticky: true,
    change: async (place, service) => await patch(place, service, { type: 'NodePort' }),
    may: ['sticky'],
  },
  {
    name: 'a node port, another one, and none',
    isSticky: true,
    change: async (place, service) => {
      await patch(place, service, { type: 'NodePort' })
      await sleep(1500)
      await patch(place, service, { ports: [{ port: 80, targetPort: 8080 }] })
      await sleep(1500)
      await patch(place, service, { type: 'ClusterIP' })
    },
    may: ['sticky'],
  },
  {
    name: 'an address outside',
    isSticky: true,
    change: async (place, service) => await patch(place, service, { externalIPs: ['192.0.2.77'] }),
    may: ['sticky'],
  },
  {
    name: 'a second Service of the same pods',
    isSticky: true,
    change: async (place, service, app) => await makeSecond(place, service, app),
    may: ['sticky'],
  },
  {
    name: 'a second Service of the same pods',
    isSticky: false,
    change: async (place, service, app) => await makeSecond(place, service, app),
    may: ['spread'],
  },
  {
    name: 'an annotation of the Service',
    isSticky: true,
    change: async (place, service) =>
      await place.cluster.patch(servicePath(place.namespace, service), {
        type: 'merge',
        body: { metadata: { annotations: { note: 'hello' } } },
      }),
    may: ['sticky'],
  },
  {
    name: 'a pod loses its label, and goes on',
    isSticky: true,
    change: async (place, _, app) => await unlabelOne(place, app),
    may: ['sticky'],
  },
  {
    name: 'a pod loses its label, and goes on',
    isSticky: false,
    change: async (place, _, app) => await unlabelOne(place, app),
    may: ['spread'],
  },
  {
    name: 'a rollout',
    isSticky: true,
    change: async (place, _, app) => await rollOut(place, app),
    may: ['sticky', 'inconclusive, moves', 'inconclusive, one-endpoint'],
  },
  {
    name: 'a rollout',
    isSticky: false,
    change: async (place, _, app) => await rollOut(place, app),
    may: ['spread'],
  },
  {
    name: 'one pod more and one less, three times',
    isSticky: true,
    change: async (place, _, app) => {
      for (const replicas of [4, 3, 4, 3, 4, 3]) {
        await scale(place, app, replicas)
        await sleep(500)
      }
    },
    may: ['sticky'],
  },
]

/** Makes a change in the middle of a probe, whose pods may take long to start. */
export async function runChange(
  place: Place,
  { name, isSticky, change, may, args = [] }: Change,
): Promise<Outcome> {
  const app = 'app-changes'
  await place.deploy(app, 'http.createServer((_, res) => res.end(name)).listen(8080)')
  const service = isSticky ? `${app}-sticky` : app
  try {
    const ended = await place.run(
      ['probe', `svc/${service}`, '--duration', '10s', ...args, '-o', 'json'],
      async (_, progress) => {
        // Of several it does not say so.
        const until = performance.now() + (args.includes('--clients') ? 3000 : 60_000)
        while (!progress().includes('waiting for the first answer') && performance.now() < until)
          await sleep(100)
        await sleep(4000)
        await change(place, service, app)
      },
    )
    const said = saidIn(ended.stdout) ?? `exit code ${ended.code}: ${ended.stderr.slice(-200)}`
    const hasFailures = (verdictOf(ended.stdout)?.failed ?? 0) > 0
    const isOpen = hasFailures && openForFailures.has(said)
    const outcome = { group: 'changes', name: `${name}, ${isSticky ? 'sticky' : 'spread'}`, what: said }
    return may.includes(said) || isOpen ? outcome : { ...outcome, wrong: `it may be ${may.join(' or ')}` }
  } finally {
    await place.remove(app)
    await sleep(1500)
  }
}

interface Said {
  behaviour: string
  reason?: string
}

function saidIn(stdout: string): string | undefined {
  try {
    const { verdict, cells } = (
      JSON.parse(stdout) as { status: { verdict: Said; cells?: { verdict: Said }[] } }
    ).status
    if (cells === undefined) return wordsOf(verdict)
    const words = [...new Set(cells.map((cell) => wordsOf(cell.verdict)))].toSorted()
    return `${words.join(' and ')} of ${cells.length} clients`
  } catch {
    return undefined
  }
}

function wordsOf({ behaviour, reason }: Said): string {
  return behaviour === 'inconclusive' ? `inconclusive, ${reason}` : behaviour
}
