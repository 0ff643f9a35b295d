import { parseIp } from '../../../model/common/network/ip.ts'
import type { EndpointSlice } from '../../../model/cluster/kubernetes.ts'
import { type StatusCause, invalid } from '../../failure.ts'
import { at, type Resource, type ResourceType, types } from '../../objects/resource.ts'
import { matches } from '../../objects/selectors.ts'
import { bad } from './validate.ts'

/** Rules between the fields of objects other than Services. Throws Failure (422). */
export function checkRules(type: ResourceType, object: Resource): void {
  const causes: StatusCause[] = []
  if (type === types.deployments || type === types.replicasets) causes.push(...selectorCauses(object))
  if (type === types.endpointslices) causes.push(...sliceCauses(object as unknown as EndpointSlice))
  if (type === types.jobs) causes.push(...jobCauses(object))
  if (causes.length > 0) throw invalid(type.kind, type.group, object.metadata.name, causes)
}

/** Or it would make pods for ever that it does not know as its own. */
function selectorCauses(object: Resource): StatusCause[] {
  const wanted = at(object, 'spec', 'selector', 'matchLabels')
  const labels = at(object, 'spec', 'template', 'metadata', 'labels') as Record<string, string> | undefined
  return matches(wanted, labels)
    ? []
    : [bad('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`')]
}

/** Loopback and other addresses that a real one refuses are taken: everything here is on loopback. */
function sliceCauses({ addressType, endpoints }: EndpointSlice): StatusCause[] {
  if (addressType === 'FQDN') return []
  return (endpoints ?? []).flatMap(({ addresses }, index) =>
    addresses.flatMap((address, at) =>
      parseIp(address)?.family === addressType
        ? []
        : [bad(`endpoints[${index}].addresses[${at}]`, address, `must be a valid ${addressType} address`)],
    ),
  )
}

function jobCauses(object: Resource): StatusCause[] {
  const policy = at(object, 'spec', 'template', 'spec', 'restartPolicy')
  return policy === 'Never' || policy === 'OnFailure'
    ? []
    : [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: valid values: "OnFailure", "Never"',
          field: 'spec.template.spec.restartPolicy',
        },
      ]
}
