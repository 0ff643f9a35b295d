import type { FieldTree, Refusal, Wish } from '../../model/affinity/change.ts'
import { sticks } from '../../model/affinity/policy.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { refusal } from '../changing.ts'
import type { AnnotationMarks } from '../ingress/annotating.ts'
import { naming } from '../ingress/naming.ts'
import { isTree } from '../../model/affinity/fields.ts'
import { annotationsOf } from '../kit/controller.ts'
import { parsedJson } from '../kit/objects/loose.ts'
import { backendConfigPolicy, backendConfigs, configKeys, configRefOf, gke } from './controller.ts'

const [configKey] = configKeys

/** A BackendConfig that the Services name. */
export const gkeChange = naming({
  name: 'gke',
  controller: gke,
  policy: backendConfigs,
  apiVersion: 'cloud.google.com/v1',
  cookie: () => ({ by: 'a Google load balancer', name: 'GCLB', can: ['ttlSeconds'] }),
  named: (service) => configRefOf(service),
  naming: marksFor,
  spec: specFor,
  unspec: (config) => (sticks(backendConfigPolicy(config)) === true ? { sessionAffinity: null } : undefined),
})

/** Two weeks, in seconds: as long as Google keeps a cookie. */
const longest = 1_209_600

function specFor(wish: Wish): FieldTree | Refusal {
  if (wish.kind === 'header')
    return refusal('a BackendConfig knows clients by its cookie or their address only', {
      remedy: 'by-the-cookie',
      name: 'GCLB',
    })
  if (wish.kind === 'source-ip')
    return { sessionAffinity: { affinityType: 'CLIENT_IP', affinityCookieTtlSec: null } }
  const { ttlSeconds } = wish
  if (ttlSeconds !== undefined && ttlSeconds > longest)
    return refusal('Google keeps a cookie for two weeks at most', 'ask for two weeks or less')
  const lasting = ttlSeconds === undefined ? {} : { affinityCookieTtlSec: ttlSeconds }
  return { sessionAffinity: { affinityType: 'GENERATED_COOKIE', ...lasting } }
}

/** `default`, beside what is said of single ports. */
function marksFor(service: Service, name: string | undefined): AnnotationMarks | Refusal {
  const annotations = annotationsOf(service)
  const key = configKeys.find((one) => annotations[one] !== undefined) ?? configKey
  const now = annotations[key] === undefined ? {} : parsedJson(annotations[key])
  if (!isTree(now))
    return refusal(`${key} of service/${service.metadata.name} is no JSON`, 'correct it, or take it away')
  const { default: _, ...rest } = now
  const wanted = name === undefined ? rest : { ...rest, default: name }
  return { [key]: Object.keys(wanted).length === 0 ? null : JSON.stringify(wanted) }
}
