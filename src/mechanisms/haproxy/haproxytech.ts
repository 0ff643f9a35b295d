import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { runningOf } from '../ingress/running.ts'
import { annotationReader } from './annotations.ts'
import { type IngressBackend, type IngressController, type Served } from '../kit/controller.ts'
import { isSince, type Program } from '../kit/programs/workloads.ts'

/** Both are read; `haproxy.com` is the older one. */
export const prefixes = ['haproxy.org/', 'haproxy.com/'] as const
export const cookieKey = 'cookie-persistence'
export const staticCookieKey = 'cookie-persistence-no-dynamic'

const readWhole = annotationReader(prefixes)

/** The first word of an annotation, as the controller reads it; one without any is none. */
export const readKey: typeof readWhole = (name, backend) => {
  const found = readWhole(name, backend)
  const [value] = found?.value.split(/\s+/).filter((word) => word !== '') ?? []
  return found === undefined || value === undefined ? undefined : { ...found, value }
}

/** Since commit 2fa2ea61 of 2026-06-15, which is in no 3.2. */
export const onlyUpTo32 =
  'up to 3.2; later versions read cookie-persistence from the Service or the ConfigMap alone'

/** What runs here of this controller. */
export function programsOfHaproxytech(store: Store): readonly Program[] {
  return runningOf(['haproxytech/kubernetes-ingress'], store)
}

/** An ACL of HAProxy that a Service has, by which it is chosen among those of a path. */
function serve(backend: IngressBackend, store: Store): Served {
  const acl = readWhole('route-acl', backend)
  return { ...served(backend, store), ...(acl?.of === 'service' ? { when: acl.value } : {}) }
}

function served(backend: IngressBackend, store: Store): Served {
  const programs = programsOfHaproxytech(store)
  const isAfter32 = isSince([3, 3], programs)
  const read = (name: string): ReturnType<typeof readKey> => {
    const found = readKey(name, backend)
    return isAfter32 === true && found?.of === 'ingress' ? undefined : found
  }
  const dynamic = read(cookieKey)
  const fixed = read(staticCookieKey)
  const found = dynamic ?? fixed
  if (found === undefined)
    return { policy: balanced(readWhole('load-balance', backend)?.value), arrival: 'pods' }
  // Both are an error, and neither is applied.
  if (dynamic !== undefined && fixed !== undefined) return { policy: { kind: 'none' }, arrival: 'pods' }
  return {
    policy: { kind: 'cookie', name: found.value, path: '/', madeBy: 'proxy', points: 'at-a-pod' },
    arrival: 'pods',
    ...(found.of === 'ingress' && isAfter32 === undefined ? { note: onlyUpTo32 } : {}),
  }
}

/** `load-balance`: what HAProxy's `balance` takes, as far as it keeps clients. */
export function balanced(value: string | undefined): Policy {
  const [algorithm = '', argument] = (value ?? '').trim().split(/\s+/)
  if (algorithm === 'source') return { kind: 'hash', of: 'client address' }
  if (algorithm === 'uri') return { kind: 'hash', of: 'path' }
  if (algorithm === 'url_param' && argument !== undefined)
    return { kind: 'hash', of: `parameter ${argument}` }
  const header = /^hdr\(([^)]+)\)/.exec(algorithm)?.[1]
  return header === undefined ? { kind: 'none' } : { kind: 'header', name: header, points: 'into-a-hash' }
}

const names = [cookieKey, staticCookieKey, 'load-balance']
const keys = prefixes.flatMap((prefix) => names.map((name) => `${prefix}${name}`))

/** HAProxy Kubernetes Ingress Controller of HAProxy Technologies. */
export const haproxytech: IngressController = {
  name: 'HAProxy Kubernetes Ingress',
  controllers: ['haproxy.org/ingress-controller/*'],
  classes: ['haproxy'],
  serve,
  keys: { ingress: keys, service: keys },
  instead: 'haproxy.org/cookie-persistence: NAME on the Service',
}
