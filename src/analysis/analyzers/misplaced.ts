import { apisixUpstreams, trafficPolicies } from '../../mechanisms/apisix/objects.ts'
import { nlbAttributesKey } from '../../mechanisms/aws/nlb.ts'
import { routePolicies } from '../../mechanisms/azure/route-policy.ts'
import { mappings } from '../../mechanisms/emissary/mapping.ts'
import { backendTrafficPolicies } from '../../mechanisms/envoy-gateway/objects.ts'
import { backendConfigs } from '../../mechanisms/gke/controller.ts'
import { backendPolicies, sessionFilters, sessionPolicies } from '../../mechanisms/gke/policies.ts'
import { routeTypes } from '../../mechanisms/index.ts'
import { keysOfControllers } from '../../mechanisms/ingress/controllers.ts'
import { ingresses } from '../../mechanisms/ingress/objects.ts'
import { sessionLabels } from '../../mechanisms/istio/istiod.ts'
import { destinationRules } from '../../mechanisms/istio/objects.ts'
import { backendConfigs as backendConfigPolicies } from '../../mechanisms/kgateway/policy.ts'
import { annotationField, annotationsOf } from '../../mechanisms/kit/controller.ts'
import { at, list, record } from '../../mechanisms/kit/objects/loose.ts'
import { upstreamPolicies } from '../../mechanisms/kong/controller.ts'
import { virtualServerRoutes, virtualServers } from '../../mechanisms/nginx-inc/virtual-server.ts'
import { services } from '../../mechanisms/service/objects.ts'
import { routeGroups } from '../../mechanisms/skipper/objects.ts'
import { ingressRoutes, traefikServices } from '../../mechanisms/traefik/objects.ts'
import type { Analyzer } from '../../mechanisms/analyzer.ts'
import { type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'
import { slipOf } from '../../model/common/words/spelling.ts'

/** What is right on one kind of object, and stands on another one where nobody looks for it. */
interface Stray {
  field: string
  message: string
  mend: string
}

/** Annotations by who reads them: of Ingresses, and of Services. */
const onIngress = keysOfControllers.ingress
const onService = new Set([...keysOfControllers.service, nlbAttributesKey])

const isSessionLabel = (key: string): boolean => sessionLabels.some((one) => one === key)

const isRead = (key: string): boolean => onIngress.has(key) || onService.has(key) || isSessionLabel(key)

/** Where an annotation should stand; undefined where it may be read. On Ingresses the findings of controllers tell. */
function placeOf(key: string, object: LooseObject): string | undefined {
  if (isSessionLabel(key)) return 'among the labels of the Service'
  const isService = onService.has(key)
  if (!isService && !onIngress.has(key)) return undefined
  if (object.kind === services.kind) return isService ? undefined : 'on the Ingress'
  if (object.kind !== ingresses.kind) return isService ? 'on the Service' : 'on an Ingress'
  return key === nlbAttributesKey ? 'on a Service of type LoadBalancer' : undefined
}

function strayAnnotations(object: LooseObject): Stray[] {
  return Object.keys(annotationsOf(object)).flatMap((key): Stray[] => {
    const place = placeOf(key, object)
    return place === undefined
      ? []
      : [
          {
            field: annotationField(key),
            message: `nobody reads the annotation ${key} on this ${object.kind}: it belongs ${place}`,
            mend: `write it ${place}`,
          },
        ]
  })
}

/** Where fields about affinity stand, and the names in them that tell what was meant. Lists count as what is in them. */
const fields: readonly {
  types: readonly ObjectType<LooseObject>[]
  tell: string[]
  places: string[]
  /** The field below a place without which it says nothing. */
  needs?: string
}[] = [
  {
    types: [destinationRules],
    tell: ['loadBalancer', 'consistentHash', 'trafficPolicy'],
    places: ['spec.trafficPolicy', 'spec.subsets.trafficPolicy'].flatMap((policy) => [
      `${policy}.loadBalancer.consistentHash`,
      `${policy}.portLevelSettings.loadBalancer.consistentHash`,
    ]),
  },
  {
    types: [backendTrafficPolicies],
    tell: ['loadBalancer', 'consistentHash'],
    places: ['spec.loadBalancer.consistentHash'],
  },
  { types: ingressRoutes, tell: ['sticky'], places: ['spec.routes.services.sticky'], needs: 'cookie' },
  {
    types: traefikServices,
    tell: ['sticky'],
    places: [
      'weighted.services',
      'weighted',
      'mirroring',
      'mirroring.mirrors',
      'highestRandomWeight.services',
    ].map((one) => `spec.${one}.sticky`),
    needs: 'cookie',
  },
  { types: [routeGroups], tell: ['algorithm'], places: ['spec.backends.algorithm'] },
  {
    types: [virtualServers, virtualServerRoutes],
    tell: ['sessionCookie', 'lb-method'],
    places: ['spec.upstreams.sessionCookie', 'spec.upstreams.lb-method'],
  },
  { types: [backendConfigs], tell: ['sessionAffinity', 'affinityType'], places: ['spec.sessionAffinity'] },
  {
    types: [backendPolicies, routePolicies],
    tell: ['sessionAffinity'],
    places: ['spec.default.sessionAffinity'],
  },
  {
    types: [sessionPolicies, sessionFilters],
    tell: ['statefulGeneratedCookie', 'cookieTtlSeconds'],
    places: ['spec.statefulGeneratedCookie'],
  },
  {
    types: [upstreamPolicies],
    tell: ['hashOn', 'stickySessions'],
    places: ['hashOn', 'hashOnFallback', 'stickySessions'].map((one) => `spec.${one}`),
  },
  {
    types: [backendConfigPolicies],
    tell: ['loadBalancer', 'ringHash', 'maglev', 'hashPolicies'],
    places: ['ringHash', 'maglev'].map((one) => `spec.loadBalancer.${one}.hashPolicies`),
  },
  { types: [mappings], tell: ['load_balancer', 'loadBalancer'], places: ['spec.load_balancer'] },
  {
    types: [apisixUpstreams, trafficPolicies],
    tell: ['loadbalancer', 'loadBalancer'],
    places: ['spec.loadbalancer', 'spec.portLevelSettings.loadbalancer'],
  },
]

function strayFields({ spec }: LooseObject, { tell, places, needs }: (typeof fields)[number]): Stray[] {
  const isPlace = (path: string): boolean => places.some((one) => `${one}.`.startsWith(`${path}.`))
  const within = (value: unknown, field: string, path: string): Stray[] => {
    if (Array.isArray(value)) return value.flatMap((one, index) => within(one, `${field}[${index}]`, path))
    if (places.includes(path)) {
      if (isMapping(path) && typeof value !== 'object') return [flat(field, value)]
      return needs === undefined || value === null || needs in record(value) ? [] : [bare(field, needs)]
    }
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).flatMap(([key, inner]): Stray[] => {
      if (isPlace(`${path}.${key}`)) return within(inner, `${field}.${key}`, `${path}.${key}`)
      const meant = tell.includes(key) ? key : slipOf(key, tell)
      if (meant === undefined) return within(inner, `${field}.${key}`, `${path}.${key}`)
      const [first = ''] = places
      const place = places.find((one) => one.includes(meant))
      const instead = isPlace(`${path}.${meant}`)
        ? `${path}.${meant}`
        : (place?.slice(0, place.indexOf(meant) + meant.length) ?? first)
      return [
        {
          field: `${field}.${key}`,
          message: `there is no field ${field}.${key}: ${instead === `${path}.${meant}` ? `did you mean ${meant}?` : `it belongs to ${instead}`}`,
          mend: `write it as ${instead}`,
        },
      ]
    })
  }
  return within(spec, 'spec', 'spec')
}

/** The others are texts. */
const isMapping = (path: string): boolean => !/\.(algorithm|lb-method)$/.test(path)

function flat(field: string, value: unknown): Stray {
  const name = field.slice(field.lastIndexOf('.') + 1)
  return {
    field,
    message: `${field} is ${String(value)}: it has fields of its own, and the API server refuses the object`,
    mend: `write what ${name} is to be below it`,
  }
}

function bare(field: string, needs: string): Stray {
  return {
    field,
    message: `${field} has no ${needs}, without which nothing comes of it`,
    mend: `write ${needs}: {} below it, with what it is to be`,
  }
}

/** What policies are for: what else one names takes nothing from it. */
const targets: readonly { type: ObjectType<LooseObject>; kinds: readonly string[] }[] = [
  { type: backendPolicies, kinds: ['Service', 'ServiceImport'] },
  { type: routePolicies, kinds: ['HTTPRoute'] },
  { type: trafficPolicies, kinds: ['Service'] },
]

function strayTarget({ kind, spec }: LooseObject, kinds: readonly string[]): Stray[] {
  const [first = ''] = kinds
  const refs = [
    { ref: at(spec, 'targetRef'), name: 'targetRef' },
    ...list(at(spec, 'targetRefs')).map((ref, index) => ({ ref, name: `targetRefs[${index}]` })),
  ]
  return refs.flatMap(({ ref, name }): Stray[] => {
    const found = record(ref)['kind']
    if (typeof found !== 'string' || kinds.includes(found)) return []
    const message = `${name} names an object of kind ${found}: a ${kind} is for those of kind ${kinds.join(' or ')}`
    return [{ field: `spec.${name}.kind`, message, mend: `name one of kind ${first}` }]
  })
}

/** Looks at the objects of one type. */
function analyzerOf<T extends LooseObject>(
  about: ObjectType<T>,
  strays: (object: T) => Stray[],
  applies: (object: T) => boolean = () => true,
): Analyzer {
  return {
    codes: ['AFF-L7-MISPLACED'],
    about,
    needs: [],
    begin: (view) => {
      const objects = view.objects(about).filter(applies)
      if (objects.length === 0) return undefined
      return (report) => {
        for (const object of objects)
          for (const { message, mend, field } of strays(object))
            report('AFF-L7-MISPLACED', {
              message,
              why: 'Controllers ignore annotations and policies where they do not look for them, and API servers drop fields that they do not know: nothing comes of it.',
              mend: [mend],
              objects: [refOf(object)],
              at: { object: refOf(object), field },
            })
      }
    },
  }
}

const hasRead = (object: LooseObject): boolean => Object.keys(annotationsOf(object)).some(isRead)

/** Annotations and fields about affinity that stand where nobody reads them. */
export const misplaced: readonly Analyzer[] = [
  ...targets.map(({ type, kinds }) => analyzerOf(type, (object) => strayTarget(object, kinds))),
  ...[services, ...routeTypes, ingresses].map((type: ObjectType<LooseObject>) =>
    analyzerOf(type, strayAnnotations, hasRead),
  ),
  ...fields.flatMap((one) => one.types.map((type) => analyzerOf(type, (object) => strayFields(object, one)))),
]
