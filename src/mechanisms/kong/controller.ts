import type { ObjectRef } from '../../model/findings/finding.ts'
import { type LooseObject, type ObjectType, refTo } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { defined } from '../../model/common/values.ts'
import { allOf, oneOf } from '../kit/legs/conditions.ts'
import { annotationsOf, type IngressBackend, type IngressController, type Served } from '../kit/controller.ts'
import { at, text } from '../kit/objects/loose.ts'
import { customType } from '../kit/objects/types.ts'
import { isSince, seenVersion } from '../kit/programs/workloads.ts'
import { runningOf } from '../ingress/running.ts'
import { refusalsOf } from './refused.ts'

/** What a Service's `konghq.com/upstream-policy` names. */
export const upstreamPolicies: ObjectType<LooseObject> = {
  ...customType('configuration.konghq.com', 'kongupstreampolicies', 'KongUpstreamPolicy'),
  versions: ['v1beta1'],
}

export const policyKey = 'konghq.com/upstream-policy'
export const upstreamKey = 'ingress.kubernetes.io/service-upstream'

/** api/configuration/v1beta1/kongupstreampolicy_types.go */
export const dividedNote = 'Kong ignores a KongUpstreamPolicy that is not that of all Services of a rule'

/** The policy that a Service names, whether it is there or not. */
export function policyRefOf(service: Pick<LooseObject, 'metadata'> | undefined): ObjectRef | undefined {
  const name = annotationsOf(service)[policyKey]
  if (name === undefined || name === '') return undefined
  return refTo(upstreamPolicies, { namespace: service?.metadata.namespace ?? 'default', name })
}

/** What Kong sticks on by a policy (api/configuration/v1beta1/kongupstreampolicy_types.go). */
export function kongPolicy({ spec, metadata }: LooseObject): Policy {
  if (refusalsOf(spec).length > 0)
    return { kind: 'unknown', why: `the API server refuses KongUpstreamPolicy ${metadata.name}` }
  const algorithm = text(at(spec, 'algorithm')) ?? 'round-robin'
  if (algorithm === 'sticky-sessions') {
    const name = text(at(spec, 'stickySessions.cookie'))
    if (name === undefined) return { kind: 'none' }
    const path = text(at(spec, 'stickySessions.cookiePath')) ?? '/'
    return { kind: 'cookie', name, path, madeBy: 'proxy', points: 'at-a-pod' }
  }
  return algorithm === 'consistent-hashing' ? hashed(at(spec, 'hashOn')) : { kind: 'none' }
}

function hashed(on: unknown): Policy {
  const cookie = text(at(on, 'cookie'))
  if (cookie !== undefined) {
    const path = text(at(on, 'cookiePath')) ?? '/'
    return { kind: 'cookie', name: cookie, path, madeBy: 'proxy', points: 'into-a-hash' }
  }
  const header = text(at(on, 'header'))
  if (header !== undefined) return { kind: 'header', name: header, points: 'into-a-hash' }
  const parameter = text(at(on, 'queryArg'))
  if (parameter !== undefined) return { kind: 'hash', of: `parameter ${parameter}` }
  const capture = text(at(on, 'uriCapture'))
  if (capture !== undefined) return { kind: 'hash', of: `part ${capture} of the path` }
  const input = text(at(on, 'input')) ?? 'none'
  if (input === 'ip') return { kind: 'hash', of: 'client address' }
  return input === 'none' ? { kind: 'none' } : { kind: 'hash', of: input }
}

/** Whether what runs here knows `sticky-sessions`; undefined where that cannot be seen. */
export function hasStickySessions(store: Store): boolean | undefined {
  const paid = isSince([3, 11], runningOf(['kong/kong-gateway'], store))
  const control = isSince([3, 5], runningOf(['kong/kubernetes-ingress-controller'], store))
  if (paid === true && control === true) return true
  const free = seenVersion(runningOf(['kong', 'kong/kong'], store))
  return paid === false || control === false || (paid === undefined && free !== undefined) ? false : undefined
}

/** What an Ingress asks for by annotations. */
function conditionsOf(ingress: LooseObject): string | undefined {
  const all = Object.entries(annotationsOf(ingress))
  const values = (text: string): string[] => text.split(',').map((one) => one.trim())
  return allOf(
    all.map(([key, value]) => {
      if (key === 'konghq.com/methods') return oneOf('method', values(value))
      const [, name] = /^konghq\.com\/headers\.(.+)$/.exec(key) ?? []
      return name === undefined ? undefined : oneOf(`header ${name}`, values(value))
    }),
  )
}

function serve({ ingress, service, to }: IngressBackend, store: Store): Served {
  const when = defined({ when: conditionsOf(ingress) })
  const arrival = annotationsOf(service)[upstreamKey] === 'true' ? 'cluster-ip' : 'pods'
  const ref = policyRefOf(service)
  if (ref === undefined) {
    const old = annotationsOf(service)[overrideKey]
    const why = `KongIngress ${old}, which ${overrideKey} names, is not looked at: since 3.5 it is deprecated`
    return { policy: old === undefined ? { kind: 'none' } : { kind: 'unknown', why }, arrival, ...when }
  }
  const found = store.get(upstreamPolicies, { namespace: to.namespace, name: ref.name })
  const why = `KongUpstreamPolicy ${ref.name} could not be seen`
  return {
    policy: found === undefined ? { kind: 'unknown', why } : kongPolicy(found),
    arrival,
    ...when,
    configuredBy: [ref],
  }
}

/** What a Service named before KongUpstreamPolicy. */
const overrideKey = 'konghq.com/override'

/** Kong's Ingress controller. */
export const kong: IngressController = {
  name: 'Kong',
  controllers: ['ingress-controllers.konghq.com/kong'],
  classes: ['kong'],
  serve,
  keys: { ingress: [], service: [policyKey, upstreamKey] },
  instead: `a KongUpstreamPolicy that the Service names by ${policyKey}`,
}
