import { selectorController, serviceLabel, sliceManagerLabel } from '../../model/cluster/external.ts'
import { type Family, familyOf } from '../../model/common/network/ip.ts'
import type { Pod, Service, ServicePort, SliceEndpoint } from '../../model/cluster/kubernetes.ts'
import { type Resource, types } from '../objects/resource.ts'
import { matches } from '../objects/selectors.ts'
import type { ObjectStore } from '../objects/store.ts'
import { randomSuffix } from './names.ts'
import { ownerReference } from './owners.ts'
import { onChanges } from './reconciler.ts'
import { defined } from '../../model/common/values.ts'

const most = 100

/** Writes down, per Service with a selector, which pods are behind it and in what state. */
export function runEndpointSlices(store: ObjectStore): () => void {
  return onChanges(
    store,
    [types.services, types.pods],
    [{ type: types.services, reconcile: (service) => reconcile(store, service) }],
  )
}

function reconcile(store: ObjectStore, object: Resource): void {
  const { spec } = object as unknown as Service
  const { namespace, name } = object.metadata
  if (spec.selector === undefined || spec.type === 'ExternalName') return
  const pods = store
    .list(types.pods, namespace)
    .filter(({ metadata }) => matches(spec.selector, metadata.labels)) as unknown as Pod[]
  const slices = store
    .list(types.endpointslices, namespace)
    .filter(
      ({ metadata }) =>
        metadata.labels?.[serviceLabel] === name && metadata.labels[sliceManagerLabel] === selectorController,
    )
  const wanted = (spec.ipFamilies ?? ['IPv4']).flatMap((addressType) => {
    const endpoints = pods.flatMap((pod) =>
      endpointOf(pod, addressType, spec.publishNotReadyAddresses === true).map((endpoint) => ({
        endpoint: { ...endpoint, ...hintsFor(spec, endpoint) },
        ports: (spec.ports ?? []).flatMap((port) => slicePort(port, pod)),
      })),
    )
    // Pods may have the same port name at different numbers, or not at all: those with the same ports share slices.
    const byPorts = Map.groupBy(endpoints, ({ ports }) => JSON.stringify(ports))
    const groups = byPorts.size === 0 ? [[]] : [...byPorts.values()]
    return groups.flatMap((group) =>
      chunksOf(group.map(({ endpoint }) => endpoint)).map((chunk) => ({
        addressType,
        endpoints: chunk,
        ports: group[0]?.ports ?? [],
      })),
    )
  })
  for (const content of wanted) {
    // The type of a slice is for life.
    const index = slices.findIndex(({ addressType }) => addressType === content.addressType)
    const [known] = index === -1 ? [] : slices.splice(index, 1)
    if (known === undefined) {
      store.create(types.endpointslices, {
        metadata: {
          name: `${name}-${randomSuffix()}`,
          namespace,
          labels: {
            ...object.metadata.labels,
            [sliceManagerLabel]: selectorController,
            [serviceLabel]: name,
          },
          ownerReferences: [ownerReference(object)],
        },
        ...content,
      })
    } else store.update(types.endpointslices, known, () => content)
  }
  for (const surplus of slices) store.remove(types.endpointslices, surplus)
}

/** One slice at least, so that it can be seen that there are no endpoints. */
function chunksOf(endpoints: readonly SliceEndpoint[]): SliceEndpoint[][] {
  const chunks = Math.max(1, Math.ceil(endpoints.length / most))
  return Array.from({ length: chunks }, (_, index) => endpoints.slice(index * most, (index + 1) * most))
}

function endpointOf(pod: Pod, family: Family, publishNotReady: boolean): SliceEndpoint[] {
  const { status, spec, metadata } = pod
  const address = status?.podIPs?.find(({ ip }) => familyOf(ip) === family)?.ip
  if (address === undefined || status?.phase === 'Failed' || status?.phase === 'Succeeded') return []
  const serving =
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
  const terminating = metadata.deletionTimestamp !== undefined
  return [
    {
      addresses: [address],
      conditions: { ready: publishNotReady || (serving && !terminating), serving, terminating },
      ...defined({ nodeName: spec.nodeName }),
      targetRef: {
        kind: 'Pod',
        name: metadata.name,
        ...defined({ namespace: metadata.namespace, uid: metadata.uid }),
      },
    },
  ]
}

/**
 * To the endpoint's own node (kubernetes/endpointslice, trafficdist, preferSameNode). The other values hint at zones, and
 * no node here is in one.
 */
function hintsFor(
  { trafficDistribution }: Service['spec'],
  { nodeName }: SliceEndpoint,
): Pick<SliceEndpoint, 'hints'> {
  return trafficDistribution === 'PreferSameNode' && nodeName !== undefined
    ? { hints: { forNodes: [{ name: nodeName }] } }
    : {}
}

/** None when the pod has no port of that name, as in the EndpointSlice controller (podutil.FindPort). */
function slicePort(port: ServicePort, pod: Pod): object[] {
  const { name = '', protocol = 'TCP', targetPort = port.port } = port
  const number = typeof targetPort === 'number' ? targetPort : portNamed(pod, targetPort, protocol)
  if (number === undefined) return []
  return [defined({ name, protocol, port: number, appProtocol: port.appProtocol })]
}

interface Container {
  restartPolicy?: string
  ports?: { name?: string; protocol?: string; containerPort: number }[]
}

function portNamed(pod: Pod, name: string, protocol: string): number | undefined {
  const { containers = [], initContainers = [] } = pod.spec as Record<string, Container[] | undefined>
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')
  return [...containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find((one) => one.name === name && (one.protocol ?? 'TCP') === protocol)?.containerPort
}
