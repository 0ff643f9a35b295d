import type { CookieWish, FieldTree, Refusal, Wish, Write } from '../../model/affinity/change.ts'
import { sticks, none } from '../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, lacksOf, type OwnCookie, refusal, type Switched } from '../changing.ts'
import { annotating, type Marked, type AnnotationMarks } from '../ingress/annotating.ts'
import { ingressPrograms } from '../ingress/running.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { rewritten } from '../kit/write/rewritten.ts'
import { isAtLeastVersion } from '../kit/programs/version.ts'
import {
  clusterIpKey,
  editionOf,
  methodKey,
  methodPolicy,
  nginxInc,
  plusStickyKey,
  stickyAnnotation,
  stickyKey,
} from './controller.ts'
import { parseStickyServices } from './sticky.ts'
import { routesOf, upstreamPolicy, upstreamsOf, virtualServers } from './virtual-server.ts'

const cookie: OwnCookie = { by: 'NGINX', can: ['ttlSeconds', 'path', 'domain', 'secure', 'sameSite'] }

/** `sticky-cookie-services`, or `lb-method` for a hash, on the Ingress. */
export const nginxIncChange = annotating({
  name: 'nginx-inc',
  controller: nginxInc,
  at: 'ingress',
  isEachItsOwn: true,
  reads: ingressPrograms.reads ?? [],
  clusterIpKey,
  cookie: () => cookie,
  marks,
  unmarks,
})

function marks(wish: Wish, about: Marked): AnnotationMarks | Refusal {
  const { object, store } = about
  const annotations = object.metadata.annotations ?? {}
  if (annotations['nginx.org/mergeable-ingress-type'] === 'master')
    return refusal('annotations of a master are none of its minions', 'name the minion that has the path')
  if (wish.kind !== 'cookie') return { ...unmarks(object), [methodKey]: methodFor(wish) }
  const now = stickyAnnotation(annotations)
  const key = keyFor(now?.key, store)
  if (typeof key !== 'string') return key
  const value = stickyServices(wish, about.services, now?.value ?? '')
  const [problem] = parseStickyServices(value).problems
  if (problem !== undefined) return refusal(`the controller would refuse the Ingress: ${problem}`)
  const other = key === stickyKey ? plusStickyKey : stickyKey
  return { [key]: value, ...(other in annotations ? { [other]: null } : {}) }
}

/** The annotation that is read here: one is of NGINX Plus, and the other came with 5.4.0. */
function keyFor(now: string | undefined, store: Store): string | Refusal {
  const { seen, isPlus } = editionOf(store)
  const isNew = isAtLeastVersion(seen?.version, [5, 4])
  if (isNew === true || isPlus === undefined) return isPlus === true ? (now ?? stickyKey) : stickyKey
  if (isPlus) return plusStickyKey
  return isNew === undefined
    ? stickyKey
    : refusal(
        `open source NGINX has sticky cookies since 5.4.0, and ${seen?.text ?? ''} runs here: it would ignore them`,
        { remedy: 'by-address' },
      )
}

/** Each Service has pods of its own, and so a cookie of its own; those of others stay. */
function stickyServices(wish: CookieWish, services: readonly string[], now: string): string {
  const items = now.split(';').filter((item) => item.trim() !== '')
  const serviceOf = (item: string): string => /^serviceName=(\S+)/.exec(item)?.[1] ?? ''
  const others = items.filter((item) => !services.includes(serviceOf(item)))
  const mine = services.map((service, index) => {
    const [, , ...words] = (items.find((item) => serviceOf(item) === service) ?? '').split(' ')
    return [`serviceName=${service}`, nameAt(wish, index), ...parameters(wish, words)].join(' ')
  })
  return [...mine, ...others].join(';')
}

function nameAt({ name }: CookieWish, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`
}

/** Those of NGINX's `sticky cookie`; what is there already and not asked for stays. */
function parameters(
  { ttlSeconds, path, domain, secure, sameSite, httpOnly }: CookieWish,
  now: readonly string[],
): string[] {
  const value = (key: string): string | undefined =>
    now.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
  const wanted = {
    expires: ttlSeconds === undefined ? value('expires') : `${ttlSeconds}s`,
    path: path ?? value('path') ?? '/',
    domain: domain ?? value('domain'),
    samesite: sameSite?.toLowerCase() ?? value('samesite'),
  }
  const isSecure = secure === true || now.includes('secure')
  const isHttpOnly = httpOnly === true || now.includes('httponly')
  return [
    ...Object.entries(wanted).flatMap(([key, one]) => (one === undefined ? [] : [`${key}=${one}`])),
    ...(isSecure ? ['secure'] : []),
    ...(isHttpOnly ? ['httponly'] : []),
  ]
}

function methodFor(wish: Exclude<Wish, CookieWish>): string {
  const variable =
    wish.kind === 'header' ? `$http_${wish.name.toLowerCase().replaceAll('-', '_')}` : '$remote_addr'
  return `hash ${variable} consistent`
}

function unmarks({ metadata: { annotations = {} } }: KubernetesObject): AnnotationMarks {
  const keys = [stickyKey, plusStickyKey].filter((key) => key in annotations)
  const isHashed = sticks(methodPolicy(annotations[methodKey])) === true
  return Object.fromEntries([...keys, ...(isHashed ? [methodKey] : [])].map((key) => [key, null]))
}

/** `sessionCookie`, or `lb-method`, in each upstream of a VirtualServer. */
export const virtualServerChange: Changing = {
  name: 'nginx-inc',
  label: nginxInc.name,
  targets: [virtualServers],
  reads: [],
  writes: [virtualServers],
  lacks: (wish) => lacksOf(cookie, wish),
  switchOf: (server: LooseObject) => {
    const all = upstreamsOf(server)
    const before = all.map(({ value }) => upstreamPolicy(value)).find((one) => sticks(one) === true) ?? none
    const off = (): Write[] => rewritten(virtualServers, server, 'upstreams', withoutAffinity)
    return { before, off, on: (wish) => virtualServerWith(wish, server) }
  },
}

function virtualServerWith(wish: Wish, server: LooseObject): Switched {
  const all = upstreamsOf(server)
  const [first] = all
  if (first === undefined)
    return refusal('it has no upstreams of its own', 'those of a VirtualServerRoute are changed by hand')
  if (all.some(({ value }) => at(value, 'use-cluster-ip') === true))
    return refusal(
      'with use-cluster-ip: true NGINX sends to the cluster IP, so that nothing of its own keeps a pod',
      'take use-cluster-ip away',
    )
  const isSplit = ({ passing }: ReturnType<typeof routesOf>[number]): boolean =>
    passing.some(({ share = 1 }) => share < 1)
  if (routesOf(server, 'routes').some(isSplit))
    return refusal(
      'a split draws the upstream for each request, whatever cookie it brings',
      'tell versions apart by a cookie or a header, with matches',
    )
  const made = (upstream: Fields, index: number): Fields => withAffinity(upstream, wish, index)
  const writes = rewritten(virtualServers, server, 'upstreams', made)
  return { after: upstreamPolicy(made(record(first.value), first.index)), writes }
}

type Fields = Readonly<Record<string, unknown>>

/** Other methods keep nobody, and stay. */
function withoutAffinity(upstream: Fields): Fields {
  const { sessionCookie: _, 'lb-method': method, ...kept } = upstream
  const isHashed = sticks(methodPolicy(text(method))) === true
  return method === undefined || isHashed ? kept : { ...kept, 'lb-method': method }
}

function withAffinity(upstream: Fields, wish: Wish, index: number): Fields {
  if (wish.kind !== 'cookie') return { ...withoutAffinity(upstream), 'lb-method': methodFor(wish) }
  const { ttlSeconds, path, domain, secure, sameSite, httpOnly } = wish
  const now = record(upstream['sessionCookie']) as FieldTree
  const sessionCookie = {
    ...now,
    enable: true,
    name: nameAt(wish, index),
    path: path ?? now['path'] ?? '/',
    ...(ttlSeconds === undefined ? {} : { expires: `${ttlSeconds}s` }),
    ...(domain === undefined ? {} : { domain }),
    ...(secure === true ? { secure } : {}),
    ...(sameSite === undefined ? {} : { samesite: sameSite.toLowerCase() }),
    ...(httpOnly === true ? { httpOnly } : {}),
  }
  return { ...upstream, sessionCookie }
}
