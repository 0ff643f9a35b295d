import type { Resource } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { isBelow, matchesHost, weightOfHost } from '../kit/hosts.ts'
import { type IngressPath, ingressesOf, pathsOf } from '../kit/objects/ingresses.ts'
import type { AskedRequest } from '../kit/proxy.ts'
import { hasCookie, isCanary, isOn, setting } from './settings.ts'

export const controller = 'k8s.io/ingress-nginx'

/** What is written into nginx.conf for a path of a host. */
export interface ServerLocation extends IngressPath {
  isRegex: boolean
}

/** What several locations share: all that lead to one port of a Service. */
export interface ServerUpstream {
  name: string
  /** The first Ingress that leads there: it says how its pods are reached. */
  first: Resource
  /** Whose cookie counts: the last Ingress with affinity. */
  cookie?: Resource
  /** Whose mode counts: the first one with affinity that gives one. */
  mode?: Resource
  service: Pick<IngressPath, 'namespace' | 'service' | 'port'>
  /** `host path` of the locations where a cookie is given out. */
  issuing: Set<string>
}

export interface Configuration {
  /** As nginx tries them for each host. */
  locations: readonly ServerLocation[]
  canaries: readonly IngressPath[]
  upstreams: ReadonlyMap<string, ServerUpstream>
}

export const upstreamName = ({ namespace: of, service, port }: ServerUpstream['service']): string =>
  `${of}-${service}-${port}`

export function configure(store: ObjectStore): Configuration {
  const upstreams = new Map<string, ServerUpstream>()
  const all = ingressesOf(store, controller).flatMap((ingress) => pathsOf(ingress))
  for (const path of all) {
    const name = upstreamName(path)
    const { ingress } = path
    const upstream = upstreams.get(name) ?? { name, first: ingress, service: path, issuing: new Set() }
    upstreams.set(name, upstream)
    if (!hasCookie(ingress)) continue
    if (setting(ingress, 'affinity-mode') !== undefined) upstream.mode ??= ingress
    upstream.cookie = ingress
    upstream.issuing.add(`${path.host} ${path.path}`)
  }
  for (const canary of all.filter(({ ingress }) => isCanary(ingress))) inherit(canary, all, upstreams)
  const main = all.filter(({ ingress }) => !isCanary(ingress))
  // One such annotation anywhere on a host makes expressions of all its paths.
  const regexHosts = new Set(
    main
      .filter(({ ingress }) => isOn(ingress, 'use-regex') || setting(ingress, 'rewrite-target') !== undefined)
      .map(({ host }) => host),
  )
  const locations = main
    .map((path) => ({ ...path, isRegex: regexHosts.has(path.host) }))
    .toSorted((a, b) => weightOfHost(b.host) - weightOfHost(a.host) || b.path.length - a.path.length)
  return { locations, canaries: all.filter(({ ingress }) => isCanary(ingress)), upstreams }
}

/** The affinity of the main Ingress is copied over that of a canary, unless it says `legacy` (mergeAlternativeBackend). */
function inherit(
  canary: IngressPath,
  all: readonly IngressPath[],
  upstreams: ReadonlyMap<string, ServerUpstream>,
): void {
  const main = all.find(
    ({ ingress, host, path }) => !isCanary(ingress) && host === canary.host && path === canary.path,
  )
  const upstream = upstreams.get(upstreamName(canary))
  const from = main && upstreams.get(upstreamName(main))
  if (upstream === undefined || from === undefined || from === upstream) return
  const isLegacy = setting(canary.ingress, 'affinity-canary-behavior') === 'legacy'
  for (const key of ['cookie', 'mode'] as const) {
    const inherited = isLegacy ? undefined : from[key]
    if (inherited === undefined) delete upstream[key]
    else upstream[key] = inherited
  }
  upstream.issuing = isLegacy ? new Set() : from.issuing
}

export function locationFor(
  locations: readonly ServerLocation[],
  { host, path }: AskedRequest,
): ServerLocation | undefined {
  const server = locations.find((one) => matchesHost(one.host, host))?.host
  const own = locations.filter((one) => one.host === server)
  const exact = own.find((one) => !one.isRegex && one.pathType === 'Exact' && one.path === path)
  return exact ?? own.find((one) => matchesPath(one, path))
}

function matchesPath({ path, pathType, isRegex }: ServerLocation, asked: string): boolean {
  if (isRegex) return expressionOf(path)?.test(asked) === true
  return pathType === 'Exact' ? asked === path : isBelow(asked, path)
}

/** `location ~* "^/path"`. */
function expressionOf(path: string): RegExp | undefined {
  try {
    return new RegExp(`^${path}`, 'i')
  } catch {
    return undefined
  }
}

/** `rewrite "(?i)/path" /target break`: the whole path becomes the target. */
export function rewritten({ ingress, path }: ServerLocation, asked: AskedRequest): { path?: string } {
  const target = setting(ingress, 'rewrite-target')
  if (target === undefined || target === path) return {}
  const match = new RegExp(path, 'i').exec(asked.path)
  if (match === null) return {}
  return { path: target.replaceAll(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '') }
}
