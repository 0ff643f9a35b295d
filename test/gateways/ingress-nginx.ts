import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl } from '../lab/kubernetes/kubectl.ts'
import {
  type Claim,
  type Compared,
  compareClaims,
  explainedWays,
  type Hop,
  inNamespace,
  pick,
  random,
} from './frame.ts'

const prefix = 'nginx.ingress.kubernetes.io/'
const namespace = 'judge-ingress-nginx'

type Values = readonly [string | undefined, ...(string | undefined)[]]

/** What is drawn from. Values that only some versions drop are left out. */
const pools: Readonly<Record<string, Values>> = {
  affinity: ['cookie', 'cookie', 'cookie', undefined, undefined],
  'affinity-mode': ['persistent', 'balanced', undefined, undefined],
  'session-cookie-name': ['route', 'a.b', undefined],
  'session-cookie-path': ['/', '/app', undefined, undefined],
  'session-cookie-max-age': ['3600', undefined, undefined],
  'session-cookie-expires': ['172800', undefined, undefined],
  'session-cookie-hash': ['sha1', undefined, undefined, undefined],
  'upstream-hash-by': ['$remote_addr', '$arg_room', undefined, undefined, undefined],
  'upstream-hash-by-subset': ['true', undefined, undefined, undefined],
  'service-upstream': ['true', 'false', undefined, undefined, undefined],
  'session-cookie-nmae': ['x', undefined, undefined, undefined, undefined],
}

interface Ingress {
  metadata: { name: string; annotations: Record<string, string> }
  spec: {
    ingressClassName: string
    rules: { host: string; http: { paths: { path: string; backend: { service: { name: string } } }[] } }[]
  }
}

/** Services without pods, and Ingresses that lead to them: up to three for one Service, canaries among them. */
export function setUps(count: number, seed: number): { objects: object[]; ingresses: Ingress[] } {
  const next = random(seed)
  const ingresses: Ingress[] = []
  const objects: object[] = []
  const ingress = (name: string, host: string, path: string, service: string, more = {}): void => {
    const drawn = Object.entries(pools).flatMap(([key, values]): [string, string][] => {
      const value = pick(next, values)
      return value === undefined ? [] : [[`${prefix}${key}`, value]]
    })
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, annotations: { ...Object.fromEntries(drawn), ...more } },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host,
            http: {
              paths: [
                { path, pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } },
              ],
            },
          },
        ],
      },
    }
    ingresses.push(object)
    objects.push(object)
  }
  const service = (name: string): void => {
    objects.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: 'nobody' }, ports: [{ name: 'http', port: 80 }] },
    })
  }
  for (let index = 0; index < count; index++) {
    const name = `s${index}`
    service(name)
    const several = pick(next, [1, 1, 2, 3])
    for (let one = 0; one < several; one++)
      ingress(
        `${name}-${pick(next, ['a', 'b', 'z'])}${one}`,
        `${name}-${one}.judge`,
        pick(next, ['/', '/app']),
        name,
      )
    if (next() < 0.2) {
      service(`${name}-new`)
      const main = ingresses.at(-1)
      const [rule] = main?.spec.rules ?? []
      ingress(`${name}-canary`, rule?.host ?? '', rule?.http.paths[0]?.path ?? '/', `${name}-new`, {
        [`${prefix}canary`]: 'true',
        [`${prefix}canary-weight`]: pick(next, ['20', '50']),
        ...(next() < 0.3 ? { [`${prefix}affinity-canary-behavior`]: 'legacy' } : {}),
      })
    }
  }
  return { objects, ingresses }
}

interface Backend {
  name: string
  endpoints?: { address: string }[]
  service?: { spec?: { clusterIP?: string } }
  sessionAffinityConfig: {
    name: string
    mode: string
    cookieSessionAffinity: {
      name: string
      expires?: string
      maxage?: string
      path?: string
      locations?: Record<string, string[]>
    }
  }
  upstreamHashByConfig: { 'upstream-hash-by'?: string; 'upstream-hash-by-subset'?: boolean }
  noServer: boolean
  trafficShapingPolicy: { weight: number }
  alternativeBackends?: string[] | null
}

async function backends(): Promise<Backend[]> {
  const text = await kubectl([
    'exec',
    '-n',
    'ingress-nginx',
    'deploy/ingress-nginx-controller',
    '--',
    'wget',
    '-qO-',
    'http://127.0.0.1:10246/configuration/backends',
  ])
  return JSON.parse(text) as Backend[]
}

/** The controller's configuration, once all Services are in it and it does not change any more. */
async function settled(names: readonly string[]): Promise<ReadonlyMap<string, Backend>> {
  const deadline = Date.now() + 60_000
  let before = ''
  for (;;) {
    const all = await backends()
    const own = all.filter(({ name }) => names.includes(name))
    const text = JSON.stringify(own)
    if (own.length === names.length && text === before) return new Map(own.map((one) => [one.name, one]))
    if (Date.now() > deadline)
      throw new Error(`ingress-nginx has ${own.length} of ${names.length} upstreams after a minute`)
    before = text
    await sleep(2000)
  }
}

const upstreamName = (service: string): string => `${namespace}-${service}-80`

/** What the controller's Lua makes of a location (rootfs/etc/nginx/lua/balancer.lua, balancer/sticky.lua). */
function effective({ metadata, spec }: Ingress, all: ReadonlyMap<string, Backend>): Claim[] {
  return spec.rules.flatMap(({ host, http }) =>
    http.paths.map(({ path, backend: { service } }) => {
      const upstream = all.get(upstreamName(service.name))
      if (upstream === undefined) return { where: `${host}${path} ${metadata.name}`, what: 'no upstream' }
      const { sessionAffinityConfig: affinity, upstreamHashByConfig: hash } = upstream
      const isOneAddress =
        upstream.endpoints?.[0]?.address === upstream.service?.spec?.clusterIP &&
        (upstream.endpoints ?? []).length > 0
      const cookie = affinity.cookieSessionAffinity
      const isIssued = (cookie.locations?.[host] ?? []).includes(path)
      const others = [...all.values()].filter(({ alternativeBackends }) =>
        alternativeBackends?.includes(upstream.name),
      )
      // A canary with the affinity of its main upstream issues where that does.
      const ofMain = others.some((one) =>
        (one.sessionAffinityConfig.cookieSessionAffinity.locations?.[host] ?? []).includes(path),
      )
      const sticks = affinity.name === 'cookie'
      const seconds = cookie.maxage ?? cookie.expires
      const words =
        sticks && (isIssued || (upstream.noServer && ofMain))
          ? `cookie ${cookie.name} Path ${cookie.path ?? path} ${seconds === undefined ? '' : `${seconds} s `}${affinity.mode === 'persistent' ? 'record' : 'hash'}`
          : sticks
            ? 'none'
            : (hash['upstream-hash-by'] ?? '') !== '' && hash['upstream-hash-by-subset'] !== true
              ? `hash ${hash['upstream-hash-by']}`
              : 'none'
      return {
        where: `${host}${path} ${metadata.name}`,
        what: `${words}${isOneAddress ? ' at the cluster IP' : ''}`,
      }
    }),
  )
}

function claimed({ policy, arrival }: Hop): string {
  const { kind, name, path, ttlSeconds, of, points } = policy
  const words =
    kind === 'cookie'
      ? `cookie ${name} Path ${path} ${ttlSeconds === undefined ? '' : `${ttlSeconds} s `}${points === 'at-a-pod' ? 'record' : 'hash'}`
      : kind === 'hash'
        ? `hash ${of}`
        : kind
  return `${words}${arrival === 'cluster-ip' ? ' at the cluster IP' : ''}`
}

/** What `explain` says of generated Ingresses beside what the controller does with them. */
export async function compare(
  { executable, kubeconfig }: { executable: string; kubeconfig: string },
  count: number,
  seed: number,
): Promise<Compared[]> {
  const { objects, ingresses } = setUps(count, seed)
  return await inNamespace(namespace, objects, async () => {
    const names = ingresses.flatMap(({ spec }) =>
      spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => upstreamName(backend.service.name))),
    )
    const all = await settled([...new Set(names)])
    const ways = await explainedWays(executable, kubeconfig, 'ingress', namespace)
    return compareClaims(
      ways.map(({ host, path, of, hop }) => ({ where: `${host}${path} ${of}`, what: claimed(hop) })),
      ingresses.flatMap((one) => effective(one, all)),
    )
  })
}
