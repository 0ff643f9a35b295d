import { setTimeout as sleep } from 'node:timers/promises'
import { kubectl, tryKubectl } from '../lab/kubernetes/kubectl.ts'
import {
  type Claim,
  type Compared,
  compareClaims,
  type Entry,
  explainedEntries,
  type Hop,
  inNamespace,
  pick,
  random,
} from './frame.ts'

const namespace = 'judge-traefik'
const prefix = 'traefik.ingress.kubernetes.io/service.'
const nginxPrefix = 'nginx.ingress.kubernetes.io/'

type Values = readonly [string | undefined, ...(string | undefined)[]]

/** Annotations of Services: good, in other letters, switched off, and such as Traefik cannot read. */
const servicePool: Readonly<Record<string, Values>> = {
  'sticky.cookie': ['true', 'true', 'TRUE', '', 'false', 'yes', undefined, undefined],
  'Sticky.Cookie.Name': ['upper', undefined, undefined, undefined, undefined, undefined, undefined],
  'sticky.cookie.path': ['/app', undefined, undefined, undefined],
  'sticky.cookie.maxage': ['60', '-1', '0', '1h', undefined, undefined, undefined, undefined],
  'sticky.cookie.secure': ['true', 'T', 'on', undefined, undefined, undefined, undefined],
  'sticky.cookie.httponly': ['true', undefined],
  'sticky.cookie.samesite': ['lax', 'Lax', undefined, undefined],
  'sticky.cookie.nmae': [
    'x',
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ],
  sticky: ['true', 'false', undefined, undefined, undefined, undefined, undefined],
  nativelb: ['true', 'false', undefined, undefined, undefined],
}

/** Annotations for ingress-nginx on a class of Traefik. */
const nginxPool: Readonly<Record<string, Values>> = {
  affinity: ['cookie', 'cookie', 'Cookie', 'ip', '', undefined],
  'affinity-mode': ['persistent', 'balanced', undefined],
  'session-cookie-name': ['route', 'a b', undefined, undefined],
  'session-cookie-path': ['/app', undefined],
  'session-cookie-max-age': ['3600', '1h', undefined, undefined],
  'session-cookie-secure': ['true', 'yes', undefined],
  'session-cookie-nmae': ['x', undefined, undefined],
  'upstream-hash-by': ['$remote_addr', undefined, undefined],
  'service-upstream': ['true', 'false', undefined, undefined],
}

const drawn = (next: () => number, pool: Readonly<Record<string, Values>>, before: string) =>
  Object.fromEntries(
    Object.entries(pool).flatMap(([key, values]): [string, string][] => {
      const value = pick(next, values)
      return value === undefined ? [] : [[before + key, value]]
    }),
  )

const service = (name: string, annotations: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, annotations },
  spec: { selector: { app: 'nobody' }, ports: [{ name: 'http', port: 80 }] },
})

const ingress = (
  name: string,
  className: string,
  host: string,
  annotations: Record<string, string> = {},
): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, annotations },
  spec: {
    ingressClassName: className,
    rules: [
      {
        host,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }],
        },
      },
    ],
  },
})

const custom = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind,
  metadata: { name },
  spec,
})

function sticky(next: () => number): object {
  if (next() < 0.4) return {}
  const cookie = {
    name: pick(next, ['sid', 'a b', undefined, undefined]),
    path: pick(next, ['/app', undefined, undefined]),
    maxAge: pick(next, [60, undefined, undefined]),
    secure: pick(next, [true, undefined]),
    sameSite: pick(next, ['strict', undefined]),
  }
  return { sticky: { cookie } }
}

const member = (next: () => number, name: string): object => ({
  name,
  port: 80,
  weight: pick(next, [undefined, 1, 3, 0]),
  nativeLB: pick(next, [true, false, undefined, undefined, undefined]),
  strategy: pick(next, [undefined, undefined, undefined, 'wrr', 'p2c', 'hrw', 'leasttime']),
  ...sticky(next),
})

/** Set-ups of one host each: a third of them Ingresses, a sixth for the annotations of ingress-nginx, the rest routes. */
function setUps(count: number, seed: number): object[] {
  const next = random(seed)
  const objects: object[] = []
  const several = (name: string): object[] =>
    Array.from({ length: pick(next, [1, 1, 2, 3]) }, (_, index) => {
      objects.push(service(`${name}-${index}`))
      return member(next, `${name}-${index}`)
    })
  /** A TraefikService, its name; up to two levels of them. */
  const traefikService = (name: string, depth: number): object => {
    const kind = pick(next, ['weighted', 'weighted', 'weighted', 'mirroring', 'highestRandomWeight'])
    const services = several(name)
    const inner = depth > 0 && next() < 0.5 ? [traefikService(`${name}-in`, depth - 1)] : []
    if (kind === 'mirroring') {
      const { weight: _, ...first } = services[0] as { weight?: number }
      objects.push(custom('TraefikService', name, { mirroring: first }))
    } else {
      const first = kind === 'weighted' ? sticky(next) : {}
      objects.push(
        custom('TraefikService', name, { [kind]: { services: [...services, ...inner], ...first } }),
      )
    }
    return { name, kind: 'TraefikService', weight: pick(next, [undefined, 2]) }
  }
  for (let index = 0; index < count; index++) {
    const name = `t${index}`
    const host = `${name}.judge`
    const kind = index % 6
    if (kind < 2) {
      objects.push(service(name, drawn(next, servicePool, prefix)), ingress(name, 'traefik', host))
    } else if (kind === 2) {
      objects.push(service(name), ingress(name, 'nginx-traefik', host, drawn(next, nginxPool, nginxPrefix)))
    } else {
      // Traefik has a Service below a balancer once: this one sets it for the route with several, too.
      if (index % 12 === 3) {
        const first = { name: `${name}-0`, port: 80, sticky: { cookie: { name: 'over' } } }
        objects.push(custom('TraefikService', `${name}-over`, { weighted: { services: [first] } }))
      }
      const services =
        kind === 3 ? several(name) : [traefikService(`${name}-ts`, 1), ...(next() < 0.2 ? several(name) : [])]
      objects.push(
        custom('IngressRoute', name, { routes: [{ kind: 'Rule', match: `Host(\`${host}\`)`, services }] }),
      )
    }
  }
  return objects
}

interface Router {
  name: string
  rule: string
  service: string
  status: string
}

interface Weighted {
  services?: { name: string; weight?: number }[]
  sticky?: { cookie?: Cookie }
}

interface Cookie {
  name?: string
  path?: string
  maxAge?: number
}

interface TraefikService {
  name: string
  loadBalancer?: { sticky?: { cookie?: Cookie }; strategy?: string; servers?: { url?: string }[] }
  weighted?: Weighted
  highestRandomWeight?: Weighted
  mirroring?: { service: string }
}

/** A Traefik of our own that shows its configuration: that of the lab does not. */
const judge = (image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'traefik' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'traefik',
        image,
        args: [
          '--entryPoints.traefik.address=:8080/tcp',
          '--entryPoints.web.address=:8000/tcp',
          '--api.insecure=true',
          '--ping=true',
          ...['kubernetescrd', 'kubernetesingress'].flatMap((provider) => [
            `--providers.${provider}.namespaces=${namespace}`,
            `--providers.${provider}.allowEmptyServices=true`,
          ]),
          `--providers.kubernetesingressnginx.watchnamespace=${namespace}`,
          '--providers.kubernetesingressnginx.controllerclass=traefik.io/ingress-nginx',
          '--providers.kubernetesingressnginx.ingressclass=nginx-traefik',
          '--global.checknewversion=false',
          '--global.sendanonymoususage=false',
        ],
        readinessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 1 },
      },
    ],
  },
})

/** It reads as the lab's does. */
const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
}

const api = async <T>(what: string): Promise<T> =>
  JSON.parse(
    await kubectl([
      'get',
      '--raw',
      `/api/v1/namespaces/${namespace}/pods/traefik:8080/proxy/api/http/${what}?per_page=5000`,
    ]),
  ) as T

interface Configuration {
  routers: Router[]
  services: TraefikService[]
}

/** Its configuration, once it is there and does not change any more. */
async function settled(): Promise<Configuration> {
  const deadline = Date.now() + 60_000
  let before = ''
  for (;;) {
    const configuration = {
      routers: (await api<Router[]>('routers')).filter(({ rule }) => rule.includes('.judge')),
      services: await api<TraefikService[]>('services'),
    }
    const text = JSON.stringify(configuration.routers.map(({ name }) => name).toSorted())
    if (configuration.routers.length > 0 && text === before) return configuration
    if (Date.now() > deadline) throw new Error('Traefik does not come to rest within a minute')
    before = text
    await sleep(3000)
  }
}

const cookieWords = (
  name: string | undefined,
  path: string | undefined,
  maxAge: number | undefined,
): string => `cookie ${name ?? '?'} Path ${path}${maxAge === undefined || maxAge === 0 ? '' : ` ${maxAge} s`}`

/** A name that Traefik made up stands for all such. */
function wordsOf(cookie: Cookie | undefined): string {
  if (cookie === undefined) return 'none'
  const isMade = cookie.name === undefined || /^_[0-9a-f]{5}$/.test(cookie.name)
  const name = isMade ? undefined : (cookie.name ?? '').replaceAll(/[^-.\w]/g, '_')
  return cookieWords(name, cookie.path, cookie.maxAge)
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** What a service of Traefik does, in words for each of its ends. */
function endsOf(name: string, { services }: Configuration, clusterIps: ReadonlySet<string>): string[] {
  const find = (other: string): TraefikService | undefined =>
    services.find((one) => one.name === other) ??
    services.find((one) => one.name === `${other}@${name.split('@')[1] ?? ''}`)
  const ends = (one: TraefikService | undefined, share: number, before: string[]): string[] => {
    if (one?.mirroring !== undefined) return ends(find(one.mirroring.service), share, before)
    const balancer = one?.weighted ?? one?.highestRandomWeight
    if (balancer !== undefined) {
      const named = balancer.services ?? []
      const weighted = named.filter(({ weight = 1 }) => weight > 0)
      // Nobody comes to one without weight.
      const members = weighted.length > 0 ? weighted : named
      const first = one?.weighted === undefined ? 'hash client address' : wordsOf(balancer.sticky?.cookie)
      const total = members.reduce((sum, { weight = 1 }) => sum + weight, 0)
      const isChoice = members.length > 1
      return members.flatMap(({ name: next, weight = 1 }) => {
        const inner = find(next)
        const part = isChoice && total > 0 ? share * (weight / total) : share
        return ends(inner, part, isChoice && inner?.loadBalancer === undefined ? [...before, first] : before)
      })
    }
    if (one?.loadBalancer === undefined) return ['nothing']
    const { sticky: kept, strategy, servers = [] } = one.loadBalancer
    const own = strategy === 'hrw' ? 'hash client address' : wordsOf(kept?.cookie)
    const isOneAddress = servers.some(({ url = '' }) => clusterIps.has(URL.parse(url)?.hostname ?? ''))
    const words = `${own}${isOneAddress ? ' at the cluster IP' : ''}`
    return [`${percent(share)} ${[...before, words].join(' > ')}`]
  }
  return ends(find(name), 1, [])
}

function effective(
  configuration: Configuration,
  hosts: readonly string[],
  clusterIps: ReadonlySet<string>,
): Claim[] {
  return hosts.map((host) => {
    const router = configuration.routers.find(({ rule }) => new RegExp(`["\`]${host}["\`]`).test(rule))
    if (router === undefined) return { where: host, what: 'no route' }
    const provider = router.name.split('@')[1] ?? ''
    const name = router.service.includes('@') ? router.service : `${router.service}@${provider}`
    return { where: host, what: endsOf(name, configuration, clusterIps).toSorted().join('; ') }
  })
}

function hopWords({ policy, arrival, role }: Hop): string {
  const { kind, name, path, ttlSeconds, of } = policy
  const words =
    kind === 'cookie' ? cookieWords(name, path, ttlSeconds) : kind === 'hash' ? `hash ${of}` : kind
  return `${words}${arrival === 'cluster-ip' && role !== 'unknown' ? ' at the cluster IP' : ''}`
}

function claimed(entries: readonly Entry[]): Claim[] {
  const ways = new Map<string, string[]>()
  for (const { host = '', hops, share } of entries) {
    const own = hops.filter(({ mechanism }) => mechanism.startsWith('Traefik'))
    const isRefused = own.some(({ note }) => note?.includes('no route') === true)
    const words = isRefused ? 'no route' : `${percent(share ?? 1)} ${own.map(hopWords).join(' > ')}`
    ways.set(host, [...(ways.get(host) ?? []), words])
  }
  return [...ways].map(([where, all]) => ({ where, what: all.toSorted().join('; ') }))
}

/** What `explain` says of generated Ingresses, IngressRoutes and TraefikServices beside what Traefik does with them. */
export async function compare(
  { executable, kubeconfig }: { executable: string; kubeconfig: string },
  count: number,
  seed: number,
): Promise<Compared[]> {
  const objects = setUps(count, seed)
  const image = await kubectl([
    'get',
    'deployment',
    'traefik',
    '-n',
    'traefik',
    '-o',
    'jsonpath={.spec.template.spec.containers[0].image}',
  ])
  await tryKubectl(['delete', 'clusterrolebinding', namespace, '--ignore-not-found'])
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(binding) })
  try {
    return await inNamespace(namespace, [...objects, judge(image)], async () => {
      await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod/traefik', '--timeout=90s'])
      const configuration = await settled()
      const addresses = await kubectl([
        'get',
        'services',
        '-n',
        namespace,
        '-o',
        'jsonpath={.items[*].spec.clusterIP}',
      ])
      const kinds = ['ingress', 'ingressroute']
      const entries = await Promise.all(
        kinds.map(async (kind) => explainedEntries(executable, kubeconfig, kind, namespace)),
      )
      const hosts = Array.from({ length: count }, (_, index) => `t${index}.judge`)
      return compareClaims(
        claimed(entries.flat()),
        effective(configuration, hosts, new Set(addresses.split(' '))),
      )
    })
  } finally {
    await tryKubectl(['delete', 'clusterrolebinding', namespace, '--ignore-not-found'])
  }
}
