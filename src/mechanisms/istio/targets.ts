import type { TargetKind } from '../../model/affinity/target.ts'
import { targetKind } from '../kit/objects/types.ts'
import { at, list, strings, text } from '../kit/objects/loose.ts'
import { countOf } from '../../model/common/words/amounts.ts'
import { destinationRules, group, istioGateways, virtualServices } from './objects.ts'

/**
 * What a user can name, with the words that kubectl takes. `gateway` is that of the Gateway API where a cluster
 * serves both, as for kubectl; `gw` is the short name of Istio's alone.
 */
export const istioKinds: readonly TargetKind[] = [
  targetKind(virtualServices, ({ spec }) => [`hosts ${strings(at(spec, 'hosts')).join(', ')}`], {
    shortNames: ['vs'],
  }),
  targetKind(destinationRules, ({ spec }) => [`host ${text(at(spec, 'host')) ?? ''}`], {
    shortNames: ['dr'],
  }),
  targetKind(istioGateways, ({ spec }) => [`Istio, ${countOf(list(at(spec, 'servers')).length, 'server')}`], {
    name: `gateway.${group}`,
    label: 'Istio Gateway',
    shortNames: ['gw'],
  }),
]
