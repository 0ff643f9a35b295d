import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import {
  annotationsOf,
  type IngressBackend,
  goBoolean,
  type IngressController,
  type Served,
} from '../kit/controller.ts'
import { isAtLeastVersion } from '../kit/programs/version.ts'
import { runningOf } from '../ingress/running.ts'
import { type SeenVersion, seenVersion } from '../kit/programs/workloads.ts'
import { parseStickyServices } from './sticky.ts'

/** Read by open source NGINX as well since 5.4.0 (2026-03-20), and before the other one where both are there. */
export const stickyKey = 'nginx.org/sticky-cookie-services'
/** Of NGINX Plus. */
export const plusStickyKey = 'nginx.com/sticky-cookie-services'
export const methodKey = 'nginx.org/lb-method'
export const clusterIpKey = 'nginx.org/use-cluster-ip'

/** The annotation that counts. */
export function stickyAnnotation(
  annotations: Readonly<Record<string, string>>,
): { key: string; value: string } | undefined {
  for (const key of [stickyKey, plusStickyKey]) {
    const value = annotations[key]
    if (value !== undefined) return { key, value }
  }
  return undefined
}

/** All that an `lb-method` may be beside a hash, with NGINX Plus (internal/configs/parsing_helpers.go). */
const methods =
  /^(round_robin|least_conn|ip_hash|random( two( least_conn| least_time=(header|last_byte))?)?|least_time (header|last_byte)( inflight)?|hash [^ ]+( consistent)?)$/

/** Whether the controller takes it; otherwise it refuses the whole object. */
export function isMethod(method: string): boolean {
  return methods.test(method.trim())
}

/** What an `lb-method` keeps clients by; the default picks at random. */
export function methodPolicy(method = ''): Policy {
  const [word, key = ''] = isMethod(method) ? method.trim().split(' ') : []
  if (word === 'ip_hash') return { kind: 'hash', of: 'client address' }
  return word === 'hash' ? { kind: 'hash', of: key } : { kind: 'none' }
}

/** What the controller cannot read, for which it refuses the whole Ingress (internal/k8s/validation.go). */
export function unreadIn(annotations: Readonly<Record<string, string>>): { key: string; problem: string }[] {
  const [method, isByIp] = [annotations[methodKey], annotations[clusterIpKey]]
  return [
    ...[stickyKey, plusStickyKey].flatMap((key) =>
      annotations[key] === undefined
        ? []
        : parseStickyServices(annotations[key]).problems.map((problem) => ({ key, problem })),
    ),
    ...(method === undefined || isMethod(method)
      ? []
      : [{ key: methodKey, problem: `there is no method "${method}"` }]),
    ...(isByIp === undefined || goBoolean(isByIp) !== undefined
      ? []
      : [{ key: clusterIpKey, problem: `"${isByIp}" is neither true nor false` }]),
  ]
}

/** What runs here: by its image either with NGINX Plus or with open source NGINX. */
export function editionOf(store: Store): { seen: SeenVersion | undefined; isPlus: boolean | undefined } {
  const plus = runningOf(['nginx-plus-ingress', 'nginx-ic/nginx-plus-ingress'], store)
  const free = runningOf(['nginx/nginx-ingress', 'nginx-ic/nginx-ingress'], store)
  const isOne = (plus.length === 0) !== (free.length === 0)
  return { seen: seenVersion([...plus, ...free]), isPlus: isOne ? plus.length > 0 : undefined }
}

/** Whether an annotation is read; undefined where nobody can tell. */
function isRead(key: string, store: Store): boolean | undefined {
  const { seen, isPlus } = editionOf(store)
  if (key === plusStickyKey) return isPlus
  return isAtLeastVersion(seen?.version, [5, 4])
}

function serve({ ingress, to }: IngressBackend, store: Store): Served {
  const annotations = annotationsOf(ingress)
  if (unreadIn(annotations).length > 0)
    return { policy: { kind: 'none' }, arrival: 'pods', note: 'the controller refuses the Ingress' }
  const arrival = goBoolean(annotations[clusterIpKey]) === true ? 'cluster-ip' : 'pods'
  const sticky = stickyAnnotation(annotations)
  const own = parseStickyServices(sticky?.value ?? '').services.find(({ service }) => service === to.name)
  if (own === undefined || sticky === undefined)
    return { policy: methodPolicy(annotations[methodKey]), arrival }
  const read = isRead(sticky.key, store)
  if (read === true) return { policy: own.policy, arrival }
  const isPlus = sticky.key === plusStickyKey
  if (read === false)
    return {
      policy: isPlus ? { kind: 'none' } : methodPolicy(annotations[methodKey]),
      arrival,
      note: isPlus
        ? 'open source NGINX runs here, which refuses the Ingress'
        : `${sticky.key} is read since 5.4.0, and ${editionOf(store).seen?.text ?? ''} runs here`,
    }
  const note = isPlus ? 'with NGINX Plus only' : 'since 5.4.0; before that it takes NGINX Plus'
  return { policy: own.policy, arrival, note }
}

/** NGINX Ingress Controller of F5. */
export const nginxInc: IngressController = {
  name: 'NGINX Ingress Controller (F5)',
  controllers: ['nginx.org/ingress-controller'],
  serve,
  keys: { ingress: [stickyKey, plusStickyKey, methodKey, clusterIpKey], service: [] },
  instead: `${stickyKey}: "serviceName=NAME COOKIE expires=1h path=/" (open source since 5.4.0, before that NGINX Plus only)`,
}
