import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { kubectl, tryKubectl } from '../lab/kubernetes/kubectl.ts'
import { type Claim, type Compared, compareClaims, pick, random } from './frame.ts'

const run = promisify(execFile)
const namespace = 'judge-istio'
const far = 'judge-istio-far'
const zone = 'judge-istio.lab'

type Json = Readonly<Record<string, unknown>>

const api = 'networking.istio.io/v1'

const object = (kind: string, name: string, spec: object, within = namespace): object => ({
  apiVersion: api,
  kind,
  metadata: { name, namespace: within },
  spec,
})

const hashes: readonly [object, ...object[]] = [
  { httpCookie: { name: 'route', path: '/', ttl: '0s' } },
  { httpCookie: { name: 'route', ttl: '300s' } },
  { httpCookie: { name: 'JSESSIONID' } },
  { httpHeaderName: 'x-user' },
  { useSourceIp: true },
  { httpQueryParameterName: 'user' },
  { httpHeaderName: 'x-user', maglev: { tableSize: 251 } },
  { httpCookie: { name: 'ring', path: '/app', ttl: '60s' }, ringHash: { minimumRingSize: 64 } },
]

/** Services without pods, and what leads to them: routes, rules of two namespaces, subsets, weights, ports. */
export function setUps(count: number, seed: number): object[] {
  const next = random(seed)
  const chance = (of: number): boolean => next() < of
  const balancer = (): object =>
    chance(0.75)
      ? { loadBalancer: { consistentHash: pick(next, hashes) } }
      : pick<object>(next, [
          { loadBalancer: { simple: 'ROUND_ROBIN' } },
          { connectionPool: { tcp: { maxConnections: 99 } } },
        ])
  const policy = (): object => ({
    ...balancer(),
    ...(chance(0.3)
      ? { portLevelSettings: [{ port: { number: pick(next, [80, 9090]) }, ...balancer() }] }
      : {}),
  })
  const subset = (name: string): object => ({
    name,
    labels: { version: name },
    ...(chance(0.3) ? { trafficPolicy: policy() } : {}),
  })
  const rule = (service: string, index: number): object => {
    const within = chance(0.2) ? far : namespace
    const isShort = within === namespace && chance(0.5)
    const exportTo = pick(next, [undefined, undefined, undefined, ['*'], ['.'], [far], ['istio-system', '.']])
    const host = chance(0.1) ? `*.${namespace}-${service}.example` : undefined
    return object(
      'DestinationRule',
      `${service}-${pick(next, ['a', 'm', 'z'])}${index}`,
      {
        host: host ?? (isShort ? service : `${service}.${namespace}.svc.cluster.local`),
        ...(chance(0.85) ? { trafficPolicy: policy() } : {}),
        ...(chance(0.7) ? { subsets: [subset('v1'), subset('v2')] } : {}),
        ...(exportTo === undefined ? {} : { exportTo }),
        ...(exportTo === undefined && chance(0.2)
          ? { workloadSelector: { matchLabels: { app: 'caller' } } }
          : {}),
      },
      within,
    )
  }
  const destination = (service: string, isSplit: boolean): object => {
    const one = (name: string | undefined): object => ({
      host: chance(0.5) ? service : `${service}.${namespace}.svc.cluster.local`,
      ...(name === undefined ? {} : { subset: name }),
      ...(chance(0.5) ? { port: { number: pick(next, [80, 80, 9090]) } } : {}),
    })
    if (!isSplit) return { route: [{ destination: one(pick(next, [undefined, undefined, 'v1'])) }] }
    const weight = pick(next, [100, 80, 50])
    return {
      route: [
        { destination: one('v1'), weight },
        { destination: one('v2'), weight: 100 - weight },
      ],
    }
  }
  const all: object[] = [
    object('Gateway', 'edge', {
      selector: { istio: 'ingressgateway' },
      servers: [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [`*.${zone}`] },
        {
          port: { number: 8443, name: 'tls', protocol: 'TLS' },
          tls: { mode: 'PASSTHROUGH' },
          hosts: [`*.tls.${zone}`],
        },
      ],
    }),
  ]
  for (let index = 0; index < count; index++) {
    const service = `s${index}`
    const isTls = chance(0.12)
    const host = isTls ? `${service}.tls.${zone}` : `${service}.${zone}`
    const ports = chance(0.7) ? [80] : [80, 9090]
    all.push({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: { ports: ports.map((port) => ({ name: `http-${port}`, port })) },
    })
    for (let one = 0; one < pick(next, [0, 1, 1, 1, 2, 3]); one++) all.push(rule(service, one))
    const path = pick(next, [undefined, '/app'])
    const route = destination(service, chance(0.35))
    all.push(
      object('VirtualService', service, {
        hosts: [host],
        gateways: ['edge'],
        ...(isTls
          ? { tls: [{ match: [{ port: 8443, sniHosts: [host] }], ...route }] }
          : { http: [{ ...(path === undefined ? {} : { match: [{ uri: { prefix: path } }] }), ...route }] }),
      }),
    )
  }
  return all
}

async function apply(objects: readonly object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(list) })
}

async function dump(): Promise<Json[]> {
  const gateway = ['exec', '-n', 'istio-system', 'deploy/istio-ingressgateway', '--']
  const text = await kubectl([...gateway, 'pilot-agent', 'request', 'GET', 'config_dump'])
  // The agent says something about itself before.
  return (JSON.parse(text.slice(text.indexOf('{'))) as { configs: Json[] }).configs
}

/** The configuration once everything is in it, and it does not change any more. */
async function settled(marker: string): Promise<Json[]> {
  const deadline = Date.now() + 90_000
  let before = ''
  for (;;) {
    const configs = await dump()
    const own = JSON.stringify(
      configs.map((one) => [one['dynamic_route_configs'], one['dynamic_active_clusters']]),
    )
    if (own.includes(marker) && own === before) return configs
    if (Date.now() > deadline) throw new Error('the gateway does not come to rest')
    before = own
    await sleep(2500)
  }
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
const get = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], value)

/** What Envoy hashes, in words. */
function hashWords(policies: readonly Json[]): string {
  const words = policies.map((policy) => {
    const cookie = policy['cookie'] as Json | undefined
    if (cookie !== undefined) {
      const ttl = cookie['ttl'] as string | undefined
      const path = cookie['path'] as string | undefined
      return `cookie ${String(cookie['name'])} path ${path ?? '-'} ttl ${ttl === undefined ? 'none' : ttl.replace(/^0s$/, 'session')}`
    }
    if (policy['header'] !== undefined) return `header ${String(get(policy, 'header.header_name'))}`
    if (policy['query_parameter'] !== undefined)
      return `hash parameter ${String(get(policy, 'query_parameter.name'))}`
    return 'hash client address'
  })
  return [...new Set(words)].join(' and ')
}

/** Each host and path: the clusters with their parts, and whether a ring and something to hash come together. */
export function effectiveOf(configs: readonly Json[]): Claim[] {
  const rings = new Set<string>()
  for (const one of configs.flatMap((config) => list(config['dynamic_active_clusters']))) {
    const policy = get(one, 'cluster.lb_policy')
    if (policy === 'RING_HASH' || policy === 'MAGLEV') rings.add(String(get(one, 'cluster.name')))
  }
  const parts = (action: unknown, policies: readonly Json[]): string => {
    const weighted = list(get(action, 'weighted_clusters.clusters'))
    const total = weighted.reduce((sum, one) => sum + Number(one['weight'] ?? 0), 0)
    const all =
      weighted.length === 0
        ? [{ name: String(get(action, 'cluster')), share: 1 }]
        : weighted.map((one) => ({ name: String(one['name']), share: Number(one['weight']) / total }))
    return words(
      all.map(({ name, share }) => ({
        share,
        what: rings.has(name) && policies.length > 0 ? hashWords(policies) : 'none',
      })),
    )
  }
  const routes = configs
    .flatMap((config) => list(config['dynamic_route_configs']))
    .flatMap((one) => list(get(one, 'route_config.virtual_hosts')))
    .flatMap((host) => {
      const [domain = ''] = host['domains'] as string[]
      return list(host['routes']).map((route): Claim => {
        const path = (get(route, 'match.path_separated_prefix') ?? get(route, 'match.prefix') ?? '') as string
        const action = route['route']
        return {
          where: `${domain.replace(/:\d+$/, '')}${path === '/' ? '' : path}`,
          what: parts(action, list(get(action, 'hash_policy'))),
        }
      })
    })
  const chains = configs
    .flatMap((config) => list(config['dynamic_listeners']))
    .flatMap((one) => list(get(one, 'active_state.listener.filter_chains')))
    .flatMap((chain) => {
      const names = (get(chain, 'filter_chain_match.server_names') ?? []) as string[]
      const proxy = list(chain['filters']).find(({ name }) => name === 'envoy.filters.network.tcp_proxy')
      const config = proxy?.['typed_config']
      return proxy === undefined
        ? []
        : names.map((where): Claim => ({ where, what: parts(config, list(get(config, 'hash_policy'))) }))
    })
  return [...routes, ...chains].filter(({ where }) => where.includes(zone))
}

function words(all: readonly { share: number; what: string }[]): string {
  return all
    .map(({ share, what }) => `${Math.round(share * 100)} % ${what}`)
    .toSorted()
    .join('; ')
}

interface Entry {
  kind: string
  host?: string
  path?: string
  share?: number
  hops: { kind: string; policy: Claimed }[]
}

interface Claimed {
  kind?: string
  name?: string
  path?: string
  ttlSeconds?: number
  madeBy?: string
  of?: string
}

function claimWords({ kind, name, path, ttlSeconds, madeBy, of }: Claimed): string {
  if (kind === 'cookie') {
    const ttl = madeBy === 'application' ? 'none' : ttlSeconds === undefined ? 'session' : `${ttlSeconds}s`
    return `cookie ${name} path ${path ?? '-'} ttl ${ttl}`
  }
  if (kind === 'header') return `header ${name}`
  return kind === 'hash' ? `hash ${of}` : (kind ?? 'nothing')
}

async function claims(executable: string, kubeconfig: string): Promise<Claim[]> {
  const { stdout } = await run(
    executable,
    ['explain', 'virtualservice', '--all', '-n', namespace, '-o', 'json'],
    { env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 100_000_000 },
  )
  const { items } = JSON.parse(stdout) as { items: { status: { entries: Entry[] } }[] }
  const entries = items.flatMap(({ status }) => status.entries).filter(({ kind }) => kind === 'host')
  const groups = Map.groupBy(entries, ({ host = '', path = '' }) => `${host}${path}`)
  return [...groups].map(([where, members]) => ({
    where,
    what: words(
      members.map(({ share = 1, hops }) => ({ share, what: claimWords(hops.at(-1)?.policy ?? {}) })),
    ),
  }))
}

/** Applies set-ups, and puts what `explain` says of each host and path beside what the ingress gateway is told to do. */
export async function compare(
  { executable, kubeconfig }: { executable: string; kubeconfig: string },
  count: number,
  seed: number,
): Promise<Compared[]> {
  const remove = (...flags: string[]) =>
    tryKubectl(['delete', 'namespace', namespace, far, '--ignore-not-found', ...flags])
  await remove()
  for (const name of [namespace, far]) await kubectl(['create', 'namespace', name])
  try {
    await apply(setUps(count, seed))
    const mark = `mark-${Date.now()}.${zone}`
    await apply([
      object('VirtualService', 'mark', {
        hosts: [mark],
        gateways: ['edge'],
        http: [{ directResponse: { status: 204 } }],
      }),
    ])
    const isOther = ({ where }: Claim): boolean => where !== mark
    const effective = effectiveOf(await settled(mark)).filter(isOther)
    return compareClaims((await claims(executable, kubeconfig)).filter(isOther), effective)
  } finally {
    await remove('--wait=false')
  }
}
