import type { RawObject } from '../../model/affinity/change.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { Family } from '../../model/common/network/ip.ts'
import { externalLabel, originAnnotation } from '../../model/cluster/external.ts'
import type { NamespacedName } from '../../model/cluster/object.ts'
import type { Wanted } from '../types.ts'

/** The Service as it is declared by server-side apply; the affinity is another manager's. */
export function serviceObject(ref: NamespacedName, wanted: Wanted, before: Service | undefined): RawObject {
  const { uid, resourceVersion, labels } = before?.metadata ?? {}
  const mark = labels?.[externalLabel] ?? (before === undefined ? 'made' : 'adopted')
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      ...(before === undefined ? {} : { uid, resourceVersion }),
      labels: { [externalLabel]: mark },
      annotations: { [originAnnotation]: JSON.stringify(wanted.source) },
    },
    spec: {
      ports: wanted.ports.map(({ port, name, protocol }, index) => ({
        ...(name === undefined ? {} : { name }),
        port,
        protocol,
        targetPort: targetPort(wanted, index) ?? port,
      })),
      ...familiesOf(wanted, before),
    },
  }
}

/**
 * Nothing reads targetPort of a Service without selector: the port of the slice counts. But people read it, so it says
 * what the slices say where they agree.
 */
function targetPort({ backends }: Wanted, index: number): number | undefined {
  const numbers = new Set(backends.map(({ ports }) => ports[index]))
  return numbers.size === 1 ? [...numbers][0] : undefined
}

/**
 * A backend is served on a cluster IP of its family only. The first family of a Service cannot change, so one that is
 * missing comes second; none is taken away, as that would take the address from clients that use it.
 */
function familiesOf({ backends }: Wanted, before: Service | undefined): object {
  const needed = (['IPv4', 'IPv6'] as const).filter((family) => backends.some((one) => one.family === family))
  const present: readonly Family[] = before?.spec.ipFamilies ?? []
  const ipFamilies = [...present, ...needed.filter((family) => !present.includes(family))]
  if (ipFamilies.length === 0) return {}
  return { ipFamilies, ipFamilyPolicy: ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack' }
}

/** Whether everything that would be declared is so already. */
export function isDeclared(before: Service, declared: RawObject): boolean {
  return covers(before, withoutVersion(declared))
}

function withoutVersion({ metadata, ...rest }: RawObject): unknown {
  const { resourceVersion: _, ...kept } = metadata as RawObject
  return { ...rest, metadata: kept }
}

/** The value has all that is declared; lists have to be the same. */
function covers(value: unknown, declared: unknown): boolean {
  if (Array.isArray(declared))
    return (
      Array.isArray(value) &&
      value.length === declared.length &&
      declared.every((item, index) => covers(value[index], item))
    )
  if (typeof declared !== 'object' || declared === null) return value === declared
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  return Object.entries(declared).every(([key, item]) => covers(fields[key], item))
}
