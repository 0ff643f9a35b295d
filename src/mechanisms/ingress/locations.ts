import type { LooseObject, NamespacedName } from '../../model/cluster/object.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { onceFor } from '../kit/objects/once.ts'

/** A host and path of an Ingress, and the port of a Service that it leads to. */
export interface Location {
  object: LooseObject
  /** `*` for any. */
  host: string
  /** As written; empty for all paths. */
  path: string
  /** `spec.rules[].http.paths[].pathType`; none for the default backend. */
  pathType?: string
  service: NamespacedName
  /** Its number or its name. */
  port: string
  /** Where it stands in the Ingress: `spec.rules[0].http.paths[1]`. */
  field: string
}

/** Every host and path of an Ingress that leads to a Service, in the order of the object; the default backend first. */
export const locationsOf: (object: LooseObject) => readonly Location[] = onceFor((object) => {
  const { namespace = '' } = object.metadata
  const location = (
    backend: unknown,
    place: Pick<Location, 'host' | 'path' | 'pathType' | 'field'>,
  ): Location[] => {
    const name = text(at(backend, 'service.name'))
    if (name === undefined) return []
    const service = { namespace, name }
    const number = at(backend, 'service.port.number')
    const port = typeof number === 'number' ? String(number) : (text(at(backend, 'service.port.name')) ?? '')
    return [{ object, ...place, service, port }]
  }
  const rules = list(at(object.spec, 'rules')).flatMap((rule, index) =>
    list(at(rule, 'http.paths')).flatMap((path, number) =>
      location(record(path)['backend'], {
        host: text(record(rule)['host']) ?? '*',
        path: text(record(path)['path']) ?? '',
        pathType: text(record(path)['pathType']) ?? 'ImplementationSpecific',
        field: `spec.rules[${index}].http.paths[${number}]`,
      }),
    ),
  )
  const standard = location(at(object.spec, 'defaultBackend'), {
    host: '*',
    path: '',
    field: 'spec.defaultBackend',
  })
  return [...standard, ...rules]
})

/** No URL of a browser begins with such a path. */
export function hasPattern(path: string): boolean {
  return /[()[\]*+?^$|\\]/.test(path)
}
