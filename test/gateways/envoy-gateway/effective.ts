/** A part of Envoy's config dump, read loosely: what is not there reads as undefined. */
export type Json = { [key: string]: Json | undefined } & Json[] & (string | number | boolean)

/** What Envoy does with requests of one route of one listener. */
export interface Effective {
  /** As the claim has it: host and path. */
  host: string
  path: string
  words: string
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const part = (dump: Json, type: string): Json | undefined =>
  listOf(dump['configs']).find((one) => String(one['@type']).endsWith(`.${type}`))

/** What an Envoy does with each of its routes. `clusterIPs` are those of Services. */
export function effectiveOf(dump: Json, clusterIPs: ReadonlySet<string>): Effective[] {
  const endpoints = new Map(
    listOf(part(dump, 'EndpointsConfigDump')?.['dynamic_endpoint_configs']).map((one) => {
      const config = one['endpoint_config']
      const addresses = listOf(config?.['endpoints']).flatMap((locality) =>
        listOf(locality['lb_endpoints']).map((endpoint) =>
          String(endpoint['endpoint']?.['address']?.['socket_address']?.['address']),
        ),
      )
      return [String(config?.['cluster_name']), addresses] as const
    }),
  )
  const clusters = new Map(
    listOf(part(dump, 'ClustersConfigDump')?.['dynamic_active_clusters']).map(
      ({ cluster }) => [String(cluster?.['name']), cluster!] as const,
    ),
  )
  const context = { endpoints, clusters, clusterIPs }
  return listOf(part(dump, 'RoutesConfigDump')?.['dynamic_route_configs']).flatMap((config) =>
    listOf(config['route_config']?.['virtual_hosts']).flatMap((host) =>
      listOf(host['routes']).flatMap((route) =>
        listOf(host['domains']).map((domain) => ({
          host: String(domain).replace(/:\d+$/, ''),
          path: pathOf(route['match'] as Json | undefined),
          words: wordsOf(route, context),
        })),
      ),
    ),
  )
}

const textOf = (value: Json | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

interface Context {
  endpoints: ReadonlyMap<string, readonly string[]>
  clusters: ReadonlyMap<string, Json>
  clusterIPs: ReadonlySet<string>
}

function pathOf(match: Json | undefined): string {
  const path =
    match?.['path'] ??
    match?.['path_separated_prefix'] ??
    match?.['safe_regex']?.['regex'] ??
    match?.['prefix']
  return path === undefined || String(path) === '/' ? '' : String(path)
}

function wordsOf(route: Json, { endpoints, clusters, clusterIPs }: Context): string {
  const action = route['route']
  if (route['direct_response'] !== undefined || action === undefined) return 'no way'
  const weighted = action['weighted_clusters']
  const names =
    weighted === undefined
      ? [String(action['cluster'])]
      : listOf(weighted['clusters']).map((one) => String(one['name']))
  const valid = names.filter((name) => clusters.has(name))
  if (valid.length === 0) return 'no way'
  const hashes = valid.every((name) => isMaglev(clusters.get(name)))
  const policy = sessionOf(route) ?? (hashes ? hashOf(listOf(action['hash_policy'])) : undefined) ?? 'none'
  const isDrawn =
    valid.length > 1 &&
    !(weighted?.['use_hash_policy'] === (true as unknown as Json) && sessionOf(route) === undefined)
  const addresses = valid.flatMap((name) => endpoints.get(name) ?? [])
  const isByService = addresses.length > 0 && addresses.every((address) => clusterIPs.has(address))
  return [
    policy,
    ...(policy !== 'none' && isDrawn ? ['drawn'] : []),
    isByService ? 'to the cluster IP' : 'to pods',
  ].join(', ')
}

function isMaglev(cluster: Json | undefined): boolean {
  const policies = listOf(cluster?.['load_balancing_policy']?.['policies'])
  return policies.some((one) => String(one['typed_extension_config']?.['name']).endsWith('.maglev'))
}

function sessionOf(route: Json): string | undefined {
  const filters = Object.entries(route['typed_per_filter_config'] ?? {})
  const [, config] = filters.find(([name]) => name.includes('stateful_session')) ?? []
  const state = config?.['stateful_session']?.['session_state']?.['typed_config']
  if (state === undefined) return undefined
  const cookie = state['cookie']
  if (cookie === undefined) return `header ${String(state['name'])}, a pod`
  return cookieWords({
    name: textOf(cookie['name']),
    path: textOf(cookie['path']),
    ttl: textOf(cookie['ttl']),
    isMade: true,
    points: 'a pod',
  })
}

function hashOf(policies: readonly Json[]): string | undefined {
  const [first] = policies
  if (first === undefined) return undefined
  const cookie = first['cookie']
  if (cookie !== undefined) {
    const attribute = listOf(cookie['attributes']).find((one) => String(one['name']) === 'Path')
    const ttl = cookie['ttl']
    return cookieWords({
      name: textOf(cookie['name']),
      path: textOf(cookie['path'] ?? attribute?.['value']),
      ttl: textOf(ttl),
      isMade: ttl !== undefined,
      points: 'a hash',
    })
  }
  if (first['header'] !== undefined)
    return `header ${policies.map((one) => String(one['header']?.['header_name'])).join(', ')}, a hash`
  if (first['connection_properties'] !== undefined) return 'hash of client address'
  return `hash of parameter ${policies.map((one) => String(one['query_parameter']?.['name'])).join(', ')}`
}

/** A cookie in the words in which claims have it. */
export function cookieWords({
  name,
  path,
  ttl,
  isMade,
  points,
}: {
  name: string | undefined
  path: string | undefined
  ttl: string | number | undefined
  isMade: boolean
  points: string
}): string {
  const seconds = ttl === undefined ? 0 : Number.parseFloat(String(ttl))
  return [
    `cookie ${name ?? '-'}`,
    `path ${path === undefined ? '-' : path}`,
    `ttl ${seconds === 0 ? '-' : seconds}`,
    isMade ? 'made' : 'brought',
    points,
  ].join(' ')
}
