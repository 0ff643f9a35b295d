import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import { hostAndPort, type Family, parseIp } from '../../model/common/network/ip.ts'
import {
  sliceManagerLabel,
  originAnnotation,
  originsIn,
  ourSlices,
  serviceLabel,
} from '../../model/cluster/external.ts'
import type { OutsideBackend, ExternalPort } from '../types.ts'
import { distinctBy } from '../../model/common/values.ts'

/** What the controllers of Kubernetes use as well: a change of one endpoint is one small object. */
export const slicePlaces = 100

/** A port as a slice has it. */
export interface SlicePort {
  name: string
  port: number
  protocol: string
}

/** A slice as it is to be. */
export interface SliceContent {
  name: string
  family: Family
  ports: readonly SlicePort[]
  /** Address → where it was read; undefined for one that was typed. */
  endpoints: ReadonlyMap<string, string | undefined>
}

/** One write. */
export type SliceWrite =
  | { kind: 'create'; slice: SliceContent }
  | { kind: 'update'; slice: SliceContent; before: EndpointSlice }
  | { kind: 'delete'; before: EndpointSlice }

/**
 * The way from the slices that there are to those that are wanted. A Service that had backends before and has some
 * after has some after every single write: first what adds, then what only takes away.
 */
export interface SlicePlan {
  adding: readonly SliceWrite[]
  removing: readonly SliceWrite[]
  /** Slices that are already as they should be. */
  unchanged: readonly EndpointSlice[]
  /** `10.0.0.1:80`, by what becomes of them. */
  added: readonly PlannedAddress[]
  removed: readonly PlannedAddress[]
  kept: readonly PlannedAddress[]
}

/** An address with its ports, for people. */
export interface PlannedAddress {
  address: string
  text: string
  origin?: string
}

export interface SliceOptions {
  service: string
  /** Takes away what is not wanted any more. */
  prune: boolean
  /** Names that are taken by slices of others. */
  taken: ReadonlySet<string>
  /** The Service, where it is known already. */
  ownerUid?: string | undefined
}

/** Plans without knowing a cluster. `existing` are the slices of this tool for the Service. */
export function planSlices(
  ports: readonly ExternalPort[],
  backends: readonly OutsideBackend[],
  existing: readonly EndpointSlice[],
  options: SliceOptions,
): SlicePlan {
  const taken = new Set([...options.taken, ...existing.map(({ metadata }) => metadata.name)])
  const wanted = Map.groupBy(backends, (backend) => keyOf(backend.family, slicePortsOf(ports, backend)))
  const present = Map.groupBy(existing, (slice) => keyOf(slice.addressType, portsIn(slice)))
  const targets = new Map<EndpointSlice, SliceContent | undefined>()
  const fresh: SliceContent[] = []
  for (const key of new Set([...wanted.keys(), ...present.keys()])) {
    const filled = fillSlices(wanted.get(key) ?? [], present.get(key) ?? [], options.prune)
    for (const { before, endpoints } of filled.kept)
      targets.set(before, endpoints.size === 0 ? undefined : { ...contentOf(before), endpoints })
    const [sample] = wanted.get(key) ?? []
    if (sample === undefined) continue
    const slicePorts = slicePortsOf(ports, sample)
    for (const endpoints of filled.more) {
      const name = freeName(options.service, sample.family, slicePorts, taken)
      taken.add(name)
      fresh.push({ name, family: sample.family, ports: slicePorts, endpoints })
    }
  }
  return arrange(targets, fresh, options.ownerUid)
}

interface Filled {
  kept: { before: EndpointSlice; endpoints: Map<string, string | undefined> }[]
  more: Map<string, string | undefined>[]
}

/** Leaves every address in the slice where it is, fills the room there is, and opens more slices for the rest. */
function fillSlices(
  wanted: readonly OutsideBackend[],
  present: readonly EndpointSlice[],
  prune: boolean,
): Filled {
  const open = new Map(wanted.map(({ address, origin }) => [address, origin]))
  const seen = new Set<string>()
  const kept = present.map((before) => {
    const origins = originsIn(before)
    const endpoints = new Map<string, string | undefined>()
    for (const address of addressesIn(before)) {
      // In two slices by somebody's hand: once is enough.
      if (seen.has(address) || !(open.has(address) || !prune)) continue
      seen.add(address)
      endpoints.set(address, open.has(address) ? open.get(address) : origins.get(address))
      open.delete(address)
    }
    return { before, endpoints }
  })
  const rest = [...open]
  for (const { endpoints } of kept)
    for (const [address, origin] of rest.splice(0, Math.max(0, slicePlaces - endpoints.size)))
      endpoints.set(address, origin)
  const more: Filled['more'] = []
  while (rest.length > 0) more.push(new Map(rest.splice(0, slicePlaces)))
  return { kept, more }
}

function arrange(
  targets: ReadonlyMap<EndpointSlice, SliceContent | undefined>,
  fresh: readonly SliceContent[],
  ownerUid: string | undefined,
): SlicePlan {
  const adding: SliceWrite[] = fresh.map((slice) => ({ kind: 'create', slice }))
  const removing: SliceWrite[] = []
  const deleting: SliceWrite[] = []
  const unchanged: EndpointSlice[] = []
  for (const [before, slice] of targets) {
    if (slice === undefined) deleting.push({ kind: 'delete', before })
    else if (isSame(before, slice, ownerUid)) unchanged.push(before)
    else {
      const had = new Set(addressesIn(before))
      const gains = slice.endpoints.keys().some((address) => !had.has(address))
      ;(gains ? adding : removing).push({ kind: 'update', slice, before })
    }
  }
  const before = [...targets.keys()].flatMap((slice) => listed(contentOf(slice)))
  const after = [...fresh, ...[...targets.values()].filter((slice) => slice !== undefined)].flatMap(listed)
  const had = new Set(before.map(({ text }) => text))
  const has = new Set(after.map(({ text }) => text))
  return {
    adding,
    removing: [...removing, ...deleting],
    unchanged,
    added: after.filter(({ text }) => !had.has(text)),
    removed: distinctBy(
      before.filter(({ text }) => !has.has(text)),
      ({ text }) => text,
    ),
    kept: after.filter(({ text }) => had.has(text)),
  }
}

function listed({ ports, endpoints }: SliceContent): PlannedAddress[] {
  const numbers = [...new Set(ports.map(({ port }) => port))].join(',')
  return [...endpoints].map(([address, origin]) => ({
    address,
    text: hostAndPort(address, numbers),
    ...(origin === undefined ? {} : { origin }),
  }))
}

/** Whether a slice is what would be written anyway. */
function isSame(before: EndpointSlice, slice: SliceContent, ownerUid: string | undefined): boolean {
  const { metadata, endpoints } = before
  const addresses = (endpoints ?? []).map(({ addresses }) => addresses.join())
  const origins = originsIn(before)
  return (
    metadata.labels?.[sliceManagerLabel] === ourSlices &&
    (ownerUid === undefined || metadata.ownerReferences?.some(({ uid }) => uid === ownerUid) === true) &&
    addresses.join(' ') === [...slice.endpoints.keys()].join(' ') &&
    (endpoints ?? []).every(({ conditions }) => (conditions?.ready ?? true) && !conditions?.terminating) &&
    [...slice.endpoints].every(([address, origin]) => origins.get(address) === origin)
  )
}

/** A slice as it is, in our words. */
export function contentOf(slice: EndpointSlice): SliceContent {
  const origins = originsIn(slice)
  return {
    name: slice.metadata.name,
    family: slice.addressType === 'IPv6' ? 'IPv6' : 'IPv4',
    ports: portsIn(slice),
    endpoints: new Map(addressesIn(slice).map((address) => [address, origins.get(address)])),
  }
}

/** The addresses that a proxy uses of a slice: the first of each endpoint. */
export function addressesIn({ endpoints }: EndpointSlice): string[] {
  const spelt = (text: string): string => parseIp(text)?.text ?? text
  return (endpoints ?? []).flatMap(({ addresses: [first] }) => (first === undefined ? [] : [spelt(first)]))
}

function slicePortsOf(ports: readonly ExternalPort[], backend: OutsideBackend): SlicePort[] {
  return ports.map(({ name = '', protocol }, index) => ({
    name,
    protocol,
    port: backend.ports[index] ?? 0,
  }))
}

function portsIn({ ports }: EndpointSlice): SlicePort[] {
  return (ports ?? []).map(({ name = '', port = 0, protocol = 'TCP' }) => ({ name, port, protocol }))
}

function keyOf(family: string, ports: readonly SlicePort[]): string {
  const sorted = ports.map(({ name, port, protocol }) => `${name}:${port}/${protocol}`).sort()
  return `${family} ${sorted.join()}`
}

/** `backend-external-ipv4-80-1`: what is in it, and a number. A slice is found by its labels, not by its name. */
function freeName(
  service: string,
  family: Family,
  ports: readonly SlicePort[],
  taken: ReadonlySet<string>,
): string {
  // Three ports are enough to tell slices apart at a glance; the number does the rest.
  const numbers = ports.slice(0, 3).map(({ port }) => port)
  const stem = [service, 'external', family.toLowerCase(), ...numbers].join('-')
  let number = 1
  while (taken.has(`${stem}-${number}`)) number++
  return `${stem}-${number}`
}

/** The object of a slice, as it is declared by server-side apply. */
export function sliceObject(
  slice: SliceContent,
  service: { namespace: string; name: string; uid?: string | undefined },
  before?: EndpointSlice,
): object {
  const { uid, resourceVersion } = before?.metadata ?? {}
  const origins = [...slice.endpoints].filter(([, origin]) => origin !== undefined)
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: slice.name,
      namespace: service.namespace,
      // Keeps apply from writing over, or making anew, what changed since it was read.
      ...(before === undefined ? {} : { uid, resourceVersion }),
      labels: { [serviceLabel]: service.name, [sliceManagerLabel]: ourSlices },
      ...(origins.length === 0
        ? {}
        : { annotations: { [originAnnotation]: JSON.stringify(Object.fromEntries(origins)) } }),
      ...(service.uid === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: service.name, uid: service.uid }] }),
    },
    addressType: slice.family,
    ports: slice.ports.map(({ name, port, protocol }) => ({ name, port, protocol })),
    endpoints: [...slice.endpoints.keys()].map((address) => ({
      addresses: [address],
      conditions: { ready: true },
    })),
  }
}
