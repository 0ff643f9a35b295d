import type { ObjectRef } from '../../../../model/findings/finding.ts'
import type { EndpointSlice, Service, ServicePort } from '../../../../model/cluster/kubernetes.ts'
import {
  sliceManagerLabel as managedBy,
  mirrorController as mirroring,
  ourSlices,
  selectorController as controller,
} from '../../../../model/cluster/external.ts'
import { forbiddenAddress } from '../../endpoints/address.ts'
import { isOverwritten } from '../../endpoints/endpoints.ts'
import { hasSelector, type Subject, serviceAnalyzer } from '../../analyzer.ts'
import { commandLine } from '../../../../model/targets/command.ts'
import type { FindingDraft } from '../../../analyzer.ts'

/** A label of slices (k8s.io/api/discovery/v1/well_known_labels.go). */
const headless = 'service.kubernetes.io/headless'

/** Ports: names have to be equal; without a selector the slice's number counts, not targetPort. */
export const slicePorts = serviceAnalyzer({
  codes: ['AFF-EPS-PORT-NAME-MISMATCH', 'AFF-EPS-PORT-DIFFERS'],
  inputs: ['slices'],
  applies: isServed,
  analyse: (subject, { slices }, report) => {
    const { service } = subject
    const filled = slices.filter(
      (slice) => (slice.endpoints ?? []).length > 0 && slice.addressType !== 'FQDN',
    )
    const offered = new Set(filled.flatMap((slice) => (slice.ports ?? []).map((port) => port.name ?? '')))
    const all = service.spec.ports ?? []
    const isOffered = all.every(({ name = '' }) => offered.has(name))
    for (const slice of isOffered ? filled : []) {
      const isUsed = (slice.ports ?? []).some(({ name = '' }) =>
        all.some((port) => (port.name ?? '') === name),
      )
      if (!isUsed && !isManaged([slice])) report('AFF-EPS-PORT-NAME-MISMATCH', unused(slice))
    }
    for (const [index, port] of all.entries()) {
      const wanted = port.name ?? ''
      // With a selector the controller writes the names; a port may be missing there while no pod has it.
      if (filled.length > 0 && !offered.has(wanted) && !isManaged(filled)) {
        report('AFF-EPS-PORT-NAME-MISMATCH', mismatch(port, index, filled, offered))
      } else if (filled.length > 0 && offered.has(wanted) && !hasProtocol(port, filled)) {
        report('AFF-EPS-PORT-NAME-MISMATCH', otherProtocol(port, index, filled))
      }
      // Those of `external` were shown with their ports when they were written, and may differ among each other.
      const written = filled.filter((slice) => slice.metadata.labels?.[managedBy] !== ourSlices)
      for (const slice of hasSelector(subject) ? [] : written) {
        const found = (slice.ports ?? []).find((candidate) => (candidate.name ?? '') === wanted)
        if (found?.port === undefined || found.port === (port.targetPort ?? port.port)) continue
        report('AFF-EPS-PORT-DIFFERS', {
          message: `port ${portName(port)} leads to ${found.port}, as the ${kindOf(slice)} says, not to ${String(port.targetPort ?? port.port)}`,
          why: `Without a selector nothing reads targetPort: connections go to the port of the ${kindOf(slice)}.`,
          mend: [
            `write targetPort: ${found.port} into the Service, or the meant port into the ${kindOf(slice)}`,
          ],
          objects: [refOf(slice)],
          field: `spec.ports[${index}].${port.targetPort === undefined ? 'port' : 'targetPort'}`,
        })
      }
    }
  },
})

export const sliceAddresses = serviceAnalyzer({
  codes: [
    'AFF-EPS-SEVERAL-ADDRESSES',
    'AFF-EPS-DUPLICATE-ADDRESS',
    'AFF-EPS-FORBIDDEN-ADDRESS',
    'AFF-EPS-FQDN',
  ],
  inputs: ['listed'],
  applies: isServed,
  analyse: (_subject, { listed: slices }, report) => {
    const seen = new Map<string, EndpointSlice>()
    const doubled = new Map<string, [EndpointSlice, EndpointSlice]>()
    for (const slice of slices) {
      if (slice.addressType === 'FQDN') {
        report('AFF-EPS-FQDN', {
          message: `${nameOf(slice)} holds host names (addressType FQDN), which no proxy serves`,
          why: 'kube-proxy reads slices of IP addresses only; these endpoints get no traffic.',
          mend: ['use addresses (addressType IPv4 or IPv6), or a Service of type ExternalName'],
          objects: [refOf(slice)],
        })
        continue
      }
      const several = (slice.endpoints ?? []).findIndex((endpoint) => endpoint.addresses.length > 1)
      if (several >= 0) report('AFF-EPS-SEVERAL-ADDRESSES', severalAddresses(slice, several))
      for (const [index, { addresses }] of (slice.endpoints ?? []).entries()) {
        for (const [place, address] of addresses.entries()) {
          const why = forbiddenAddress(address)
          if (why !== undefined)
            report(
              'AFF-EPS-FORBIDDEN-ADDRESS',
              forbidden(slice, { address, why, field: fieldOf(slice, index, place) }),
            )
        }
        const key = `${addresses[0]} ${portsKey(slice)}`
        const other = seen.get(key)
        if (other === undefined) seen.set(key, slice)
        else if (other !== slice) doubled.set(addresses[0] ?? '', [other, slice])
      }
    }
    if (doubled.size > 0) report('AFF-EPS-DUPLICATE-ADDRESS', duplicate(doubled))
  },
})

export const sliceLabels = serviceAnalyzer({
  codes: ['AFF-EPS-STALE', 'AFF-EPS-HEADLESS-LABEL', 'AFF-EPS-ENDPOINTS-API'],
  inputs: ['listed'],
  applies: isServed,
  analyse: (subject, { listed: slices }, report) => {
    const filled = slices.filter((slice) => (slice.endpoints ?? []).length > 0)
    const stale = filled.filter((slice) => isStale(slice, hasSelector(subject)))
    if (stale.length > 0) report('AFF-EPS-STALE', staleSlices(subject, stale))
    const hidden = filled.filter((slice) => slice.metadata.labels?.[headless] !== undefined)
    if (hidden.length > 0 && subject.service.spec.clusterIP !== 'None') {
      report('AFF-EPS-HEADLESS-LABEL', {
        message: `${listOf(hidden)} has the label ${headless}, so kube-proxy does not read it`,
        why: 'The label is for slices of headless Services; this Service has a cluster IP, and its endpoints behind the label get no traffic.',
        mend: hidden.map((slice) => ({
          deed: { kind: 'label', of: refOf(slice), marks: { [headless]: null } },
        })),
        objects: refsOf(hidden),
      })
    }
    const mirrored = filled.filter((slice) => slice.metadata.labels?.[managedBy] === mirroring)
    const { name, namespace } = subject.ref
    // Of files it is said where they stand.
    if (mirrored.length > 0 && !isMirrored(mirrored[0])) {
      report('AFF-EPS-ENDPOINTS-API', {
        message: `the endpoints are written as endpoints/${name}, an API that is deprecated since 1.33`,
        why: 'The Endpoints API is mirrored into EndpointSlices, 1000 addresses at most, without zones or node names.',
        mend: [
          {
            deed: {
              kind: 'make',
              command: commandLine('external', name, { namespace, adopt: true }),
            },
          },
        ],
        objects: [{ kind: 'Endpoints', namespace, name }, ...mirrored.map(refOf)],
      })
    }
  },
})

function isServed({ service }: Subject): boolean {
  return service.spec.type !== 'ExternalName' && service.spec.clusterIP !== 'None'
}

function isManaged(slices: readonly EndpointSlice[]): boolean {
  return slices.every((slice) => slice.metadata.labels?.[managedBy] === controller)
}

/**
 * Written by the controller, though the Service has no selector (any more); or by hand, though it has one. Controllers
 * of others, which are named after a domain, add endpoints of other clusters on purpose and keep them up to date.
 */
function isStale({ metadata: { labels } }: EndpointSlice, isSelecting: boolean): boolean {
  const by = labels?.[managedBy]
  if (!isSelecting) return by === controller
  return by === mirroring || by?.includes('.') !== true
}

function staleSlices({ service }: Subject, stale: readonly EndpointSlice[]): FindingDraft {
  const hasSelector = Object.keys(service.spec.selector ?? {}).length > 0
  const deeds = {
    mend: stale.map((slice) => ({ deed: { kind: 'delete' as const, of: refOf(slice) } })),
    objects: refsOf(stale),
  }
  if (hasSelector && stale.every(isOverwritten))
    return {
      message: `the Service has a selector, so that its controller overwrites ${listOf(stale)}`,
      why: 'The pods that the selector matches take the place of these addresses, or nobody where it matches none.',
      ...deeds,
    }
  return {
    message: hasSelector
      ? `the Service has a selector, but ${listOf(stale)} was not written by its controller`
      : `the Service has no selector, but ${listOf(stale)} is left from when it had one`,
    why: hasSelector
      ? 'Its addresses get traffic beside the pods, and stay when nobody answers there any more.'
      : 'Nothing updates it any more: pods that are gone still get traffic.',
    ...deeds,
  }
}

function mismatch(
  port: ServicePort,
  index: number,
  slices: readonly EndpointSlice[],
  offered: ReadonlySet<string>,
): FindingDraft {
  const names = [...offered].map((name) => (name === '' ? 'one without a name' : `"${name}"`)).join(', ')
  return {
    message: `no endpoint for port ${portName(port)}: the ${kindOf(slices[0])} has ${names === '' ? 'no ports' : names}`,
    why: 'A port of the Service finds its endpoints by name alone; for this one there are none, so connections are refused.',
    mend: [
      names === ''
        ? `give the ${kindOf(slices[0])} the ports of the Service, by their names`
        : port.name === undefined
          ? `let the port of the ${kindOf(slices[0])} have no name, as that of the Service`
          : `name the port of the ${kindOf(slices[0])} "${port.name}", as in the Service`,
    ],
    objects: refsOf(slices),
    field: `spec.ports[${index}]${port.name === undefined ? '' : '.name'}`,
  }
}

/** Beside slices that have the ports of the Service, one that has none of them. */
function unused(slice: EndpointSlice): FindingDraft {
  const count = (slice.endpoints ?? []).length
  const isEmpty = (slice.ports ?? []).length === 0
  return {
    message: `${nameOf(slice)} has ${isEmpty ? 'no ports' : 'none of the ports of the Service'}: nobody is sent to its ${count === 1 ? 'endpoint' : `${count} endpoints`}`,
    why: 'A port of the Service finds its endpoints by name alone; other slices have it.',
    mend: ['give it the ports of the Service, by their names'],
    objects: [refOf(slice)],
    at: { object: refOf(slice), field: 'ports' },
  }
}

/** The name is not enough: a slice's port is of TCP unless it says otherwise. */
function hasProtocol(
  { name = '', protocol = 'TCP' }: ServicePort,
  slices: readonly EndpointSlice[],
): boolean {
  const ports = slices.flatMap((slice) => slice.ports ?? [])
  return ports.some((port) => (port.name ?? '') === name && (port.protocol ?? 'TCP') === protocol)
}

function otherProtocol(port: ServicePort, index: number, slices: readonly EndpointSlice[]): FindingDraft {
  const { protocol = 'TCP' } = port
  const kind = kindOf(slices[0])
  const others = slices
    .flatMap((slice) => slice.ports ?? [])
    .filter(({ name = '' }) => name === (port.name ?? ''))
    .map((one) => one.protocol ?? 'TCP')
  return {
    message: `no endpoint for port ${portName(port)} of ${protocol}: the ${kind} has it for ${[...new Set(others)].join(' and ')}`,
    why: 'A port of the Service finds its endpoints by name and protocol, which is TCP where none is written; for this one there are none.',
    mend: [`write protocol: ${protocol} into the port of the ${kind}`],
    objects: refsOf(slices),
    field: `spec.ports[${index}]${port.protocol === undefined ? '' : '.protocol'}`,
  }
}

function severalAddresses(slice: EndpointSlice, index: number): FindingDraft {
  const addresses = slice.endpoints?.[index]?.addresses ?? []
  return {
    message: `an endpoint of ${nameOf(slice)} has ${addresses.length} addresses; only ${addresses[0]} is used`,
    why: 'kube-proxy takes the first address of an endpoint and drops the others: they get no traffic.',
    mend: ['write an endpoint of its own for each address'],
    objects: [refOf(slice)],
    at: { object: refOf(slice), field: fieldOf(slice, index) },
  }
}

function forbidden(
  slice: EndpointSlice,
  { address, why, field }: { address: string; why: string; field: string },
): FindingDraft {
  return {
    message: `${address} cannot be an endpoint: ${why}`,
    why: `The API server refuses the ${kindOf(slice)}.`,
    mend: ['use an address that every node can reach'],
    objects: [refOf(slice)],
    at: { object: refOf(slice), field },
  }
}

function duplicate(doubled: ReadonlyMap<string, readonly [EndpointSlice, EndpointSlice]>): FindingDraft {
  const [first] = doubled
  const slices = [...new Set([...doubled.values()].flat())]
  return {
    message: `${doubled.size === 1 ? `address ${first?.[0]} stands` : `${doubled.size} addresses stand`} in two EndpointSlices: ${listOf(slices)}`,
    why: 'While the slices disagree (one ready, one not), it is open which of them a proxy believes.',
    mend: ['leave the address in one slice only'],
    objects: refsOf(slices),
  }
}

function portsKey({ ports }: EndpointSlice): string {
  return (ports ?? []).map(({ name, port }) => `${name ?? ''}:${port}`).join()
}

function portName({
  name,
  port,
}: Service['spec']['ports'] extends (infer P)[] | undefined ? P : never): string {
  return name === undefined ? String(port) : `"${name}"`
}

function listOf(slices: readonly EndpointSlice[]): string {
  return slices.map(nameOf).join(', ')
}

/** Slices of files that a cluster would make of Endpoints are called as those are. */
function isMirrored(slice: EndpointSlice | undefined): boolean {
  return (slice?.kind as string | undefined) === 'Endpoints'
}

function kindOf(slice: EndpointSlice | undefined): string {
  return isMirrored(slice) ? 'Endpoints' : 'EndpointSlice'
}

function nameOf(slice: EndpointSlice): string {
  return `${kindOf(slice).toLowerCase()}/${slice.metadata.name}`
}

function refOf(slice: EndpointSlice): ObjectRef {
  const { name, namespace } = slice.metadata
  return {
    kind: kindOf(slice),
    ...(isMirrored(slice) ? {} : { group: 'discovery.k8s.io' }),
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** One Endpoints is several slices where it has several subsets. */
function refsOf(slices: readonly EndpointSlice[]): ObjectRef[] {
  return [...new Map(slices.map((slice) => [nameOf(slice), refOf(slice)])).values()]
}

/** Where an address stands. */
function fieldOf(slice: EndpointSlice, endpoint: number, address?: number): string {
  const { field } = slice as { field?: string }
  if (field !== undefined) return `${field}.addresses[${endpoint}].ip`
  return `endpoints[${endpoint}].addresses${address === undefined ? '' : `[${address}]`}`
}
