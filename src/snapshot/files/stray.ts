import type { Finding } from '../../model/findings/finding.ts'
import { serviceLabel } from '../../model/cluster/external.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'
import type { FileObject } from './text/document.ts'
import { fileFinding } from './finding.ts'
import { locate } from './locate.ts'
import { dnsLabel } from '../../validation/words.ts'
import { asRecord } from '../../model/common/values.ts'

interface Named {
  object: FileObject
  name: string
  namespace: string
}

/**
 * Endpoints of nobody: no Service can have the name, or a Service without a selector has none, and another name or namespace.
 * Files need not hold all Services, so that without such a one nothing is said.
 */
export function strayEndpoints(objects: readonly FileObject[], namespace: string): Finding[] {
  const of = (kind: string, nameOf: (object: FileObject) => unknown): Named[] =>
    objects.flatMap((object) => {
      const name = nameOf(object)
      const { namespace: own = namespace } = asRecord(object.value['metadata'])
      return object.value['kind'] === kind && typeof name === 'string' && typeof own === 'string'
        ? [{ object, name, namespace: own }]
        : []
    })
  const ownName = ({ value }: FileObject): unknown => asRecord(value['metadata'])['name']
  const services = of('Service', ownName)
  const endpoints = [
    ...of('Endpoints', ownName),
    ...of('EndpointSlice', ({ value }) => asRecord(asRecord(value['metadata'])['labels'])[serviceLabel]),
  ]
  const isSame = (one: Named, other: Named): boolean =>
    one.name === other.name && one.namespace === other.namespace
  const waiting = services.filter(
    (service) => isWaiting(service.object) && !endpoints.some((one) => isSame(one, service)),
  )
  return endpoints.flatMap((one) => {
    if (services.some((service) => isSame(one, service))) return []
    const problem = one.object.value['kind'] === 'EndpointSlice' ? dnsLabel(one.name) : undefined
    const near = (problem === undefined ? waiting : services)
      .filter((service) => service.namespace === one.namespace)
      .map(({ name }) => name)
    const elsewhere = waiting.find(({ name }) => name === one.name)
    const meant = near.find((name) => name === one.name.toLowerCase()) ?? didYouMean(one.name, near)
    if (problem !== undefined) return [impossible(one, problem, meant)]
    if (meant === undefined && elsewhere === undefined) return []
    return [strayFinding(one, meant === undefined ? `namespace ${elsewhere?.namespace}` : `"${meant}"`)]
  })
}

/** A label may hold what no name of a Service may. */
function impossible({ object, name }: Named, problem: string, meant: string | undefined): Finding {
  return fileFinding(
    'AFF-EPS-NO-SERVICE-LABEL',
    locate(object, `metadata.labels["${serviceLabel}"]`) ?? object.at(object.node),
    `no Service can have the name "${name}": it ${problem}`,
    'Proxies find the slices of a Service by this label.',
    [`set the label ${serviceLabel}: ${meant ?? '<name of the Service>'}`],
    [],
  )
}

/** Nothing makes its endpoints but people. */
function isWaiting({ value }: FileObject): boolean {
  const { selector, type } = asRecord(value['spec'])
  return type !== 'ExternalName' && Object.keys(asRecord(selector)).length === 0
}

function strayFinding({ object, name, namespace }: Named, meant: string): Finding {
  const kind = String(object.value['kind'])
  const field = kind === 'Endpoints' ? 'metadata.name' : 'metadata.labels'
  return fileFinding(
    'AFF-EPS-NO-SERVICE-LABEL',
    locate(object, meant.startsWith('namespace') ? 'metadata.namespace' : field) ??
      locate(object, 'metadata') ??
      object.at(object.node),
    `the ${kind} belongs to a Service ${name} in namespace ${namespace}, which is not in the files: did you mean ${meant}?`,
    'The Service of that name has no selector and no endpoints here, so that connections to it would be refused.',
    [],
  )
}
