import type {
  ContainerStatus,
  Event,
  EndpointSlice,
  Pod,
  Service,
} from '../../../model/cluster/kubernetes.ts'
import { asText, at, type Resource, type ResourceType, types } from '../../objects/resource.ts'

/** The columns that `kubectl get` shows; it leaves it to the server to choose them. */
interface Column {
  name: string
  cell: (object: Resource) => string | number
  /** With `-o wide` only. */
  wide?: boolean
}

const name: Column = { name: 'Name', cell: ({ metadata }) => metadata.name }
const age: Column = { name: 'Age', cell: ({ metadata }) => since(metadata.creationTimestamp) }
const none = '<none>'
const text = (value: unknown, otherwise = none): string => asText(value) || otherwise
const number = (object: Resource, ...path: string[]): number => Number(at(object, ...path) ?? 0)
const labels = (value: unknown): string =>
  text(
    Object.entries(value ?? {})
      .map(([key, one]) => `${key}=${String(one)}`)
      .join(','),
  )

const columns = new Map<ResourceType, readonly Column[]>([
  [types.namespaces, [name, { name: 'Status', cell: (object) => text(at(object, 'status', 'phase')) }, age]],
  [
    types.nodes,
    [
      name,
      { name: 'Status', cell: () => 'Ready' },
      { name: 'Roles', cell: () => none },
      age,
      { name: 'Version', cell: (object) => text(at(object, 'status', 'nodeInfo', 'kubeletVersion')) },
      { name: 'Internal-IP', wide: true, cell: nodeAddress },
    ],
  ],
  [
    types.pods,
    [
      name,
      {
        name: 'Ready',
        cell: (object) =>
          `${containers(object).filter(({ ready }) => ready).length}/${containers(object).length || 1}`,
      },
      { name: 'Status', cell: podStatus },
      {
        name: 'Restarts',
        cell: (object) => (containers(object)[0] as { restartCount?: number } | undefined)?.restartCount ?? 0,
      },
      age,
      { name: 'IP', wide: true, cell: (object) => text(at(object, 'status', 'podIP')) },
      { name: 'Node', wide: true, cell: (object) => text(at(object, 'spec', 'nodeName')) },
    ],
  ],
  [
    types.services,
    [
      name,
      { name: 'Type', cell: (object) => text(at(object, 'spec', 'type')) },
      { name: 'Cluster-IP', cell: (object) => text(at(object, 'spec', 'clusterIP')) },
      { name: 'External-IP', cell: externalAddress },
      {
        name: 'Port(s)',
        cell: (object) =>
          text(
            (object as unknown as Service).spec.ports
              ?.map(
                (port) =>
                  `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`,
              )
              .join(','),
          ),
      },
      age,
      { name: 'Selector', wide: true, cell: (object) => labels(at(object, 'spec', 'selector')) },
    ],
  ],
  [
    types.deployments,
    [
      name,
      {
        name: 'Ready',
        cell: (object) =>
          `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`,
      },
      { name: 'Up-to-date', cell: (object) => number(object, 'status', 'updatedReplicas') },
      { name: 'Available', cell: (object) => number(object, 'status', 'availableReplicas') },
      age,
    ],
  ],
  [
    types.replicasets,
    [
      name,
      { name: 'Desired', cell: (object) => number(object, 'spec', 'replicas') },
      { name: 'Current', cell: (object) => number(object, 'status', 'replicas') },
      { name: 'Ready', cell: (object) => number(object, 'status', 'readyReplicas') },
      age,
    ],
  ],
  [
    types.jobs,
    [
      name,
      { name: 'Status', cell: jobStatus },
      {
        name: 'Completions',
        cell: (object) =>
          `${number(object, 'status', 'succeeded')}/${Number(at(object, 'spec', 'completions') ?? 1)}`,
      },
      age,
    ],
  ],
  [
    types.endpointslices,
    [
      name,
      { name: 'AddressType', cell: (object) => text(object['addressType']) },
      {
        name: 'Ports',
        cell: (object) => list((slice(object).ports ?? []).map(({ port }) => String(port ?? '*'))),
      },
      {
        name: 'Endpoints',
        cell: (object) => list((slice(object).endpoints ?? []).flatMap(({ addresses }) => addresses)),
      },
      age,
    ],
  ],
  [
    types.configmaps,
    [name, { name: 'Data', cell: (object) => Object.keys(object['data'] ?? {}).length }, age],
  ],
  [
    types.events,
    [
      {
        name: 'Last Seen',
        cell: (object) => since(asText(object['lastTimestamp'] ?? object.metadata.creationTimestamp)),
      },
      { name: 'Type', cell: (object) => text(object['type']) },
      { name: 'Reason', cell: (object) => text(object['reason']) },
      {
        name: 'Object',
        cell: (object) =>
          `${text((object as unknown as Event).involvedObject?.kind).toLowerCase()}/${text((object as unknown as Event).involvedObject?.name)}`,
      },
      { name: 'Message', cell: (object) => text(object['message'], '') },
    ],
  ],
])

/** Objects as a Table of meta.k8s.io/v1. */
export function tableOf(
  type: ResourceType,
  objects: readonly Resource[],
  metadata: object,
  include: string | null,
): object {
  const shown = columns.get(type) ?? [name, age]
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: shown.map((column) => ({
      name: column.name,
      type: 'string',
      format: column === name ? 'name' : '',
      description: '',
      priority: column.wide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: shown.map(({ cell }) => cell(object)),
      object:
        include === 'Object'
          ? object
          : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  }
}

const containers = (object: Resource): ContainerStatus[] =>
  (object as unknown as Pod).status?.containerStatuses ?? []
const slice = (object: Resource): EndpointSlice => object as unknown as EndpointSlice

function podStatus(object: Resource): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  const [container] = containers(object)
  const { waiting, terminated } = container?.state ?? {}
  return text(
    waiting?.reason ?? terminated?.reason ?? at(object, 'status', 'reason') ?? at(object, 'status', 'phase'),
    'Pending',
  )
}

function jobStatus(object: Resource): string {
  const conditions = (at(object, 'status', 'conditions') ?? []) as { type: string; status: string }[]
  return (
    conditions.find(({ type, status }) => status === 'True' && ['Complete', 'Failed'].includes(type))?.type ??
    'Running'
  )
}

function externalAddress(object: Resource): string {
  if (at(object, 'spec', 'type') === 'ExternalName') return text(at(object, 'spec', 'externalName'))
  const ingress = (at(object, 'status', 'loadBalancer', 'ingress') ?? []) as {
    ip?: string
    hostname?: string
  }[]
  const addresses = ingress.map(({ ip, hostname }) => ip ?? hostname ?? '').join(',')
  return text(addresses, at(object, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : none)
}

function nodeAddress(object: Resource): string {
  const addresses = (at(object, 'status', 'addresses') ?? []) as { type: string; address: string }[]
  return text(addresses.find(({ type }) => type === 'InternalIP')?.address)
}

function list(words: readonly string[]): string {
  const most = 3
  const shown = words.slice(0, most).join(',')
  return words.length > most ? `${shown} + ${words.length - most} more...` : text(shown, '<unset>')
}

/** As kubectl writes ages, roughly. */
function since(time: string | undefined): string {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time ?? '')) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 600) return `${Math.floor(seconds / 60)}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`
  return seconds < 7200 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`
}
