import type { Leg } from '../../model/affinity/leg.ts'
import { none } from '../../model/affinity/policy.ts'
import { type LooseObject, type NamespacedName, type ObjectType, refOf } from '../../model/cluster/object.ts'
import { countOf } from '../../model/common/words/amounts.ts'
import { distinctBy } from '../../model/common/values.ts'
import type { Store } from '../../model/cluster/store.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { customType, targetKind } from '../kit/objects/types.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'

const envoyConfigs: ObjectType<LooseObject> = {
  ...customType('cilium.io', 'ciliumenvoyconfigs', 'CiliumEnvoyConfig'),
  versions: ['v2'],
}

/** What of Envoy may keep clients; without any of it requests are spread. */
const keeps = /hash_?policy|ring_?hash|maglev|stateful_?session/i

/**
 * What somebody gives to the Envoys of Cilium: calls of some Services go to them, and they pick from the pods of others. Which,
 * and on what, stands in resources of Envoy, which are not read. What Cilium makes of Gateways and Ingresses is drawn by those.
 */
export const cilium: Mechanism = {
  name: 'cilium',
  label: 'Cilium',
  targets: [
    targetKind(
      envoyConfigs,
      ({ spec, metadata }) => [
        'Cilium',
        countOf(servicesIn({ spec, metadata }, 'services').length, 'Service'),
        countOf(list(at(spec, 'resources')).length, 'resource'),
      ],
      { unprobed: 'hands calls of Services to an Envoy, and no host is asked for' },
    ),
  ],
  routes: [envoyConfigs],
  legs: legsByType(drawnBy(envoyConfigs, configLegs)),
}

function configLegs(object: LooseObject, store: Store): Leg[] {
  const isMade =
    list(record(object.metadata)['ownerReferences']).length > 0 ||
    object.metadata.name.startsWith('cilium-ingress')
  if (isMade) return []
  const ref = refOf(object)
  const called = servicesIn(object, 'services')
  const behind = distinctBy(
    [...called, ...servicesIn(object, 'backendServices')],
    ({ namespace, name }) => `${namespace}/${name}`,
  )
  const entries = called.map(({ namespace, name }) => ({
    ...hostEntry(ref, `${name}.${namespace}`),
    kind: 'mesh' as const,
    from: 'inside' as const,
    address: `${name} (Envoy of Cilium)`,
  }))
  const isSpread = behind.length === 1 && !keeps.test(JSON.stringify(at(object.spec, 'resources') ?? null))
  const why =
    'which of its Services it picks from, and on what, stands in resources of Envoy, which are not read'
  return behind.flatMap((to, index) =>
    sendingLegs(
      {
        from: { object: ref, part: String(index) },
        entries,
        to,
        hop: {
          kind: 'gateway',
          mechanism: 'Envoy of Cilium',
          configuredBy: [ref],
          policy: isSpread ? none : { kind: 'unknown', why },
          ...(isSpread ? {} : { note: `not known: ${why}` }),
        },
        arrival: isSpread ? 'pods' : 'unknown',
        field: 'spec.resources',
      },
      store,
    ),
  )
}

function servicesIn(
  { spec, metadata }: Pick<LooseObject, 'spec' | 'metadata'>,
  field: 'services' | 'backendServices',
): NamespacedName[] {
  return list(at(spec, field)).flatMap((one) => {
    const name = text(record(one)['name'])
    const namespace = text(record(one)['namespace']) ?? metadata.namespace ?? 'default'
    return name === undefined ? [] : [{ namespace, name }]
  })
}
