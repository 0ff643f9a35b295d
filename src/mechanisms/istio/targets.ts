import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import { at, list, strings, text } from '../kit/loose.ts'
import { countOf } from '../../model/common/count.ts'
import { destinationRules, group, istioGateways, virtualServices } from './objects.ts'

function kind(
  name: string,
  type: ObjectType<LooseObject>,
  words: readonly string[],
  describe: TargetKind<LooseObject>['describe'],
): TargetKind<LooseObject> {
  const whole = [`${type.kind.toLowerCase()}.${group}`, `${type.resource}.${group}`]
  const more = [...words, ...whole].filter((word) => word !== name)
  return {
    name,
    label: type === istioGateways ? 'Istio Gateway' : type.kind,
    words: more,
    type,
    refuseName: refuseSubdomain,
    describe,
  }
}

/**
 * What a user can name, with the words that kubectl takes. `gateway` is that of the Gateway API where a cluster
 * serves both, as for kubectl; `gw` is the short name of Istio's alone.
 */
export const istioKinds: readonly TargetKind[] = [
  kind('virtualservice', virtualServices, ['vs', 'virtualservices'], ({ spec }) => [
    `hosts ${strings(at(spec, 'hosts')).join(', ')}`,
  ]),
  kind('destinationrule', destinationRules, ['dr', 'destinationrules'], ({ spec }) => [
    `host ${text(at(spec, 'host')) ?? ''}`,
  ]),
  kind('gateway.networking.istio.io', istioGateways, ['gw', 'gateway', 'gateways'], ({ spec }) => [
    `Istio, ${countOf(list(at(spec, 'servers')).length, 'server')}`,
  ]),
] as readonly TargetKind[]
