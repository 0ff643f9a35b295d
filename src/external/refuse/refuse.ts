import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { contains, hostAndPort, parseIp } from '../../model/common/network/ip.ts'
import { type Hint, UserError } from '../../model/common/user-error.ts'
import { commandLine } from '../../model/targets/command.ts'
import { forbiddenBackend } from '../plan/addresses.ts'
import {
  externalLabel,
  sliceManagerLabel,
  mirrorController,
  ourSlices,
  selectorController,
} from '../../model/cluster/external.ts'
import type { OwnAddresses } from './own-addresses.ts'
import type { OutsideBackend } from '../types.ts'

/** What there is by the name of the Service. */
export interface Existing {
  service: Service | undefined
  /** Every slice that names the Service. */
  slices: readonly EndpointSlice[]
}

/** Slices of others: what they are, in words, and whether they can be taken over. */
export interface ForeignSlice {
  slice: EndpointSlice
  kind: 'mirrored' | 'left-over' | 'handmade' | 'controlled'
}

export function ownSlices({ slices }: Existing): EndpointSlice[] {
  return slices.filter(({ metadata }) => metadata.labels?.[sliceManagerLabel] === ourSlices)
}

export function foreignSlices({ slices }: Existing): ForeignSlice[] {
  return slices.flatMap((slice) => {
    const by = slice.metadata.labels?.[sliceManagerLabel]
    if (by === ourSlices) return []
    const kind =
      by === mirrorController
        ? 'mirrored'
        : by === selectorController
          ? 'left-over'
          : // Controllers are named after a domain.
            by?.includes('.') === true
            ? 'controlled'
            : 'handmade'
    return [{ slice, kind }]
  })
}

/** Throws UserError where the Service cannot, or without being asked to must not, be given backends by this tool. */
export function refuseExisting(name: string, existing: Existing, adopt: boolean): void {
  const { service } = existing
  if (service !== undefined) refuseService(service, adopt)
  refuseSlices(name, foreignSlices(existing), adopt)
}

function refuseService(
  { metadata: { name, namespace, labels, deletionTimestamp }, spec }: Service,
  adopt: boolean,
): void {
  const refuse = (why: string, ...hints: Hint[]): UserError =>
    new UserError(`service/${name} not changed: ${why}`, { hints })
  const another = `use another name for the backends outside:  ${commandLine('external', 'NAME …')}`
  const selector = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`)
  if (deletionTimestamp !== undefined)
    throw refuse('it is being deleted', 'run the command again when it is gone')
  if (selector.length > 0)
    throw refuse(
      `it has a selector (${selector.join(',')}), and the controller behind that keeps writing endpoints of its own`,
      another,
      `or take the selector away first, which takes the pods off it:  kubectl patch svc ${name} -n ${namespace} --type=json -p '[{"op":"remove","path":"/spec/selector"}]'`,
    )
  if (spec.type === 'ExternalName')
    throw refuse('an ExternalName Service is an alias in DNS: no proxy serves endpoints for it', another)
  if (spec.clusterIP === 'None')
    throw refuse(
      'a headless Service has no address of its own: no proxy serves it, so no affinity could be',
      another,
    )
  if (labels?.[externalLabel] === undefined && !adopt)
    throw refuse(
      'it exists and was not made by this command',
      { remedy: 'adopt', how: 'take it over, with the endpoints that it has' },
      another,
    )
}

function refuseSlices(name: string, foreign: readonly ForeignSlice[], adopt: boolean): void {
  const controlled = foreign.filter(({ kind }) => kind === 'controlled')
  const [first] = controlled
  if (first !== undefined)
    throw new UserError(
      `service/${name} not changed: ${sliceNames(controlled)} ${controlled.length === 1 ? 'belongs' : 'belong'} to the controller "${first.slice.metadata.labels?.[sliceManagerLabel]}", which would keep writing endpoints of its own`,
    )
  if (adopt || foreign.length === 0) return
  const mirrored = foreign.filter(({ kind }) => kind === 'mirrored')
  if (mirrored.length > 0)
    throw new UserError(
      `service/${name} not changed: there is endpoints/${name}, which a controller mirrors into ${sliceNames(mirrored)}`,
      {
        hints: [
          'the Endpoints API is deprecated since Kubernetes 1.33; its addresses would get traffic beside those given here',
          {
            remedy: 'adopt',
            how: `take them over into EndpointSlices and delete endpoints/${name}, without a gap`,
          },
        ],
      },
    )
  const isLeft = foreign.every(({ kind }) => kind === 'left-over')
  const [are, were] = foreign.length === 1 ? ['is', 'was'] : ['are', 'were']
  throw new UserError(
    `service/${name} not changed: ${sliceNames(foreign)} ${isLeft ? `${are} left from when the Service had a selector` : `${were} written by somebody else`}`,
    {
      hints: [
        `traffic goes there as well: ${foreign.flatMap(({ slice }) => (slice.endpoints ?? []).flatMap(({ addresses }) => addresses)).join(', ')}`,
        { remedy: 'adopt', how: 'replace it by what is given here' },
      ],
    },
  )
}

function sliceNames(list: readonly ForeignSlice[]): string {
  return list.map(({ slice }) => `endpointslice/${slice.metadata.name}`).join(', ')
}

/** A backend with what the user gave for it. */
export type Offered = OutsideBackend & {
  /** `127.0.0.1:80`, `svc/backend1-lb`. */
  given: string
}

/** Throws UserError with every backend that cannot be one, each with the reason. */
export function refuseBackends(backends: readonly Offered[], own: OwnAddresses): void {
  const problems: string[] = []
  const seen = new Map<string, Offered>()
  for (const backend of backends) {
    const ip = parseIp(backend.address)
    const why = ip === undefined ? 'it is no IP address' : (forbiddenBackend(ip) ?? ownedHere(backend, own))
    const key = `${backend.address} ${backend.ports.join()}`
    const twin = seen.get(key)
    seen.set(key, backend)
    if (why !== undefined)
      problems.push(
        `${backend.address}${backend.given === backend.address ? '' : ` (${backend.given})`} cannot be a backend: ${why}`,
      )
    else if (twin !== undefined)
      problems.push(
        `${hostAndPort(backend.address, backend.ports.join())} is given twice: by ${twin.given} and by ${backend.given}`,
      )
  }
  const [first, ...more] = problems
  if (first === undefined) return
  throw new UserError(problems.length === 1 ? first : `${problems.length} of the backends cannot be used`, {
    hints: more.length === 0 ? [] : problems,
  })
}

/** Why an address leads back into this cluster. */
function ownedHere(backend: OutsideBackend, own: OwnAddresses): string | undefined {
  const ip = parseIp(backend.address)
  if (ip === undefined) return undefined
  const service = own.services.get(backend.address)
  if (service !== undefined) return `it is ${service} of this cluster itself: a loop`
  const range = own.serviceRanges.find((one) => contains(one, ip))
  if (range !== undefined)
    return `it is in this cluster's own Service range ${range.text}: a Service cannot lead to another one`
  const pod = own.pods.get(backend.address)
  if (pod !== undefined) return `it is ${pod} of this cluster: give the Service a selector instead`
  const podRange = own.podRanges.find(({ range }) => contains(range, ip))
  if (podRange !== undefined)
    return `it is in the pod network ${podRange.range.text} of ${podRange.node} of this cluster: traffic would not leave it`
  return undefined
}
