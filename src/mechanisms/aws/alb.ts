import type { Policy } from '../../model/affinity/policy.ts'
import {
  annotationsOf,
  type IngressBackend,
  type IngressController,
  type Served,
  type Slip,
} from '../kit/controller.ts'
import { defined } from '../../model/common/values.ts'
import { allOf, oneOf } from '../kit/legs/conditions.ts'
import { ingressClass, ingressClassObjects, ingresses } from '../ingress/objects.ts'
import { at, list, parsedJson, record, strings, text } from '../kit/objects/loose.ts'
import { customType } from '../kit/objects/types.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { slipOf } from '../../model/common/words/spelling.ts'
import { defaultCookieSeconds, parseAttributes, unreadParts } from './attributes.ts'

export const albPrefix = 'alb.ingress.kubernetes.io/'
export const attributesKey = `${albPrefix}target-group-attributes`
export const targetTypeKey = `${albPrefix}target-type`
export const targetTypes = ['instance', 'ip']

/**
 * An annotation as the AWS Load Balancer Controller reads it, and where: that of the Service beats that of the Ingress
 * (pkg/ingress/model_build_target_group.go: MergeStringMap of both, the first one wins).
 */
export function annotationFor(
  key: string,
  { ingress, service }: Pick<IngressBackend, 'ingress' | 'service'>,
): { value: string; of: 'service' | 'ingress' } | undefined {
  const ofService = annotationsOf(service)[key]
  if (ofService !== undefined) return { value: ofService, of: 'service' }
  const ofIngress = annotationsOf(ingress)[key]
  return ofIngress === undefined ? undefined : { value: ofIngress, of: 'ingress' }
}

/** What attributes make an ALB stick on. */
export function albPolicy(value: string | undefined): Policy {
  const attributes = parseAttributes(value)
  if (attributes.get('stickiness.enabled') !== 'true' || unreadParts(value).length > 0)
    return { kind: 'none' }
  const type = attributes.get('stickiness.type') ?? 'lb_cookie'
  if (type !== 'lb_cookie' && type !== 'app_cookie') return { kind: 'none' }
  const seconds = Number(attributes.get(`stickiness.${type}.duration_seconds`) ?? defaultCookieSeconds)
  const ttl = Number.isInteger(seconds) && seconds > 0 ? { ttlSeconds: seconds } : {}
  const name = attributes.get('stickiness.app_cookie.cookie_name')
  if (type === 'lb_cookie')
    return { kind: 'cookie', name: 'AWSALB', path: '/', ...ttl, madeBy: 'proxy', points: 'at-a-pod' }
  // Beside the application's own one, the load balancer sets AWSALBAPP-n.
  if (name === undefined) return { kind: 'none' }
  return { kind: 'cookie', name, ...ttl, madeBy: 'application', points: 'at-a-pod' }
}

/** What a class says for all its Ingresses, by its `parameters`. */
export const ingressClassParams: ObjectType<LooseObject> = {
  ...customType('elbv2.k8s.aws', 'ingressclassparams', 'IngressClassParams'),
  versions: ['v1beta1'],
  scope: 'cluster',
  isOfCluster: true,
  beside: [ingresses],
}

/** The target type that the class of an Ingress has for all of them. */
function targetTypeOfClass({ ingress }: IngressBackend, store: Store): string | undefined {
  const object = (type: ObjectType<LooseObject>, name: string | undefined) =>
    name === undefined ? undefined : store.get(type, { namespace: '', name })
  const parameters = at(object(ingressClassObjects, ingressClass(ingress))?.spec, 'parameters')
  if (at(parameters, 'apiGroup') !== ingressClassParams.group) return undefined
  return text(at(object(ingressClassParams, text(at(parameters, 'name')))?.spec, 'targetType'))
}

/** `conditions.NAME` of a Service or an action: what its rule asks for beside host and path. */
export function conditionsFor(ingress: LooseObject, name: string): string | undefined {
  const all = list(parsedJson(annotationsOf(ingress)[`${albPrefix}conditions.${name}`]))
  return allOf(
    all.map((one) => {
      const header = record(at(one, 'httpHeaderConfig'))
      const pairs = list(at(one, 'queryStringConfig.values')).map(record)
      return (
        oneOf(`header ${String(header['httpHeaderName'])}`, header['values']) ??
        oneOf('method', at(one, 'httpRequestMethodConfig.values')) ??
        oneOf('client address', at(one, 'sourceIpConfig.values')) ??
        oneOf('host', at(one, 'hostHeaderConfig.values')) ??
        oneOf('path', at(one, 'pathPatternConfig.values')) ??
        oneOf(
          'query',
          pairs.map(({ key, value }) => strings([key, value]).join('=')),
        )
      )
    }),
  )
}

function serve(backend: IngressBackend, store: Store): Served {
  const said = annotationFor(targetTypeKey, backend)?.value
  const ofClass = targetTypeOfClass(backend, store)
  const targets = said ?? ofClass
  if (ofClass !== undefined && ofClass !== targets) {
    const why = `target-type is "${targets}", and IngressClassParams say "${ofClass}" for all of the class`
    return { policy: { kind: 'unknown', why }, arrival: 'unknown', note: why }
  }
  if (targets !== undefined && !targetTypes.includes(targets)) {
    const why = `the controller stops at target-type "${targets}"`
    return { policy: { kind: 'unknown', why }, arrival: 'unknown', note: why }
  }
  return {
    ...defined({ when: conditionsFor(backend.ingress, backend.to.name) }),
    policy: albPolicy(annotationFor(attributesKey, backend)?.value),
    arrival: targets === 'ip' ? 'pods' : 'node-port',
    ...(targets === undefined
      ? { note: 'its targets are nodes, unless the controller or the IngressClass says otherwise' }
      : {}),
  }
}

/** Attributes of target groups are parts of one annotation, and none has an annotation of its own. */
function slip(key: string): Slip | undefined {
  const attribute = key.startsWith(`${albPrefix}stickiness.`) ? key.slice(albPrefix.length) : undefined
  if (attribute !== undefined) return { instead: `${attributesKey}: ${attribute}=VALUE, with all others` }
  const meant = slipOf(key, [attributesKey, targetTypeKey])
  return meant === undefined || meant === key ? undefined : { meant }
}

/** The AWS Load Balancer Controller, for Ingresses. */
export const alb: IngressController = {
  name: 'AWS load balancer',
  controllers: ['ingress.k8s.aws/alb'],
  classes: ['alb'],
  serve,
  slip,
  keys: { ingress: [attributesKey, targetTypeKey], service: [attributesKey, targetTypeKey] },
  instead: `${attributesKey}: stickiness.enabled=true,stickiness.type=lb_cookie, with ${targetTypeKey}: ip`,
}
