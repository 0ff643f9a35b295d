import { type Cluster, isForbidden } from '../../cluster/index.ts'
import type { Explanation } from '../../analysis/analyse.ts'
import { keyOf, type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import type { FrontPlace } from '../../model/probe/results/survey.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Snapshot } from '../../model/cluster/snapshot.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Front } from '../plan/options.ts'
import { services as serviceType } from '../../mechanisms/service/objects.ts'
import { parseIp } from '../../model/common/network/ip.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import { choosePort } from '../plan/preflight.ts'
import { targetKinds } from '../../mechanisms/index.ts'
import { missingPermission, probeRules } from '../permissions.ts'
import { Collector } from '../../snapshot/collect.ts'
import { type OtherTarget, servicesThrough } from '../../snapshot/others.ts'
import { findAddress } from './ways/address.ts'
import { Certificates } from './ways/certificate.ts'
import { atOneGateway } from './ways/one-gateway.ts'
import { type Listener, listenerFor, listenersOf } from './ways/listener.ts'
import { type Parents, readParents } from './ways/parents.ts'
import { servicesBehind, sharedPlaces, sharersOf } from './sharers.ts'
import { suspectsOf } from './ways/suspects.ts'
import { type Caller, placesOf } from './ways/places.ts'
import { type ServiceWays, type Visited, visitedOf } from './ways/visited.ts'

/** What to go through, and to which Service. */
export interface FrontQuery {
  kind: TargetKind
  /** Other kinds with the same word. */
  namesakes?: readonly TargetKind[] | undefined
  name: string
  isService: boolean
  /** What the user says of the way in: it counts before what objects say. */
  address?: string | undefined
  hosts?: readonly string[] | undefined
  paths?: readonly string[] | undefined
  scheme: FrontPlace['scheme']
  /** Requests come from pods that are there, which may be of a mesh. */
  isInPod?: boolean
  port?: string | undefined
  /** The user said whom to trust, or that anybody is. */
  isTrusted?: boolean
}

export interface FoundFront {
  service: NamespacedName
  front: Front
  notes: string[]
}

/**
 * Finds the way in to a Service by something that stands in front of it, from the objects. Rejects with UserError where they
 * do not tell enough, and says what to add.
 */
export async function findFront(
  cluster: Cluster,
  named: FrontQuery,
  signal: AbortSignal,
): Promise<FoundFront> {
  const { namespace } = cluster
  const collector = new Collector(cluster, { signal })
  const target = named.isService ? undefined : await readTarget(collector, named, namespace)
  const query = { ...named, kind: target?.kind ?? named.kind }
  let object: LooseObject | undefined = target?.object
  const services =
    target === undefined ? [{ namespace, name: query.name }] : await servicesOf(collector, target)
  const word = `${query.kind.name}/${query.name}`
  if (services.length === 0) throw new UserError(`${word} leads to no Service`)
  const [{ name: behind }] = services as [NamespacedName]
  if (query.kind.unprobed !== undefined)
    throw new UserError(`${word} ${query.kind.unprobed}`, { hints: [`ask what is behind it: svc/${behind}`] })
  const notes = query.kind.notProbed === undefined ? [] : [query.kind.notProbed]
  const [{ analyse }, snapshot] = await Promise.all([
    import('../../analysis/analyse.ts'),
    collector.collect(services),
  ])
  const ref = object === undefined ? undefined : refOf(object)
  const waysOf = (
    of: Snapshot,
    service: NamespacedName,
    by: ObjectRef | undefined,
    caller: Caller = 'outside',
  ): ExplainedWays => {
    const explanation = analyse(of, service)
    return { service, explanation, ...placesOf(explanation.paths, by, query, caller) }
  }
  const fromOutside = services.map((service) => waysOf(snapshot, service, ref))
  const isSaid = query.isService || query.address !== undefined
  const inMesh =
    isSaid || hasPlaces(fromOutside) ? [] : services.map((service) => waysOf(snapshot, service, ref, 'mesh'))
  const isMesh = hasPlaces(inMesh)
  if (isMesh && query.isInPod !== true)
    throw new UserError(`${word} is for callers in the mesh, whose own sidecars pick the pod`, {
      hints: [{ remedy: 'ask-in-mesh' }],
    })
  const all = isMesh ? inMesh : fromOutside
  const shared = sharedPlaces(all)
  if (object !== undefined && shared.length > 0) {
    const list = await collector.objects.list<LooseObject>(query.kind.type, namespace)
    for (const { by, service } of list.known ? sharersOf(list.value, object, shared) : []) {
      const { places, ...ways } = waysOf(await collector.collect([service]), service, by)
      all.push({ ...ways, places: places.filter(({ share }) => share !== undefined) })
    }
  }
  const wayIn = visitedOf(all, query)
  notes.push(...wayIn.notes)
  const found = wayIn.first
  let places = wayIn.places.length > 0 ? wayIn.places : placesAsked(query, found.service.name)
  if (places === undefined) {
    const others = [...new Set(all.flatMap((one) => one.others))]
    if (others.length > 0) {
      const asked = [query.hosts, query.paths].flatMap((said) => (said === undefined ? [] : said.join(', ')))
      throw new UserError(`${word} has no way for ${asked.join(' with ')}`, {
        hints: [`what leads through it:  ${others.join(', ')}`],
      })
    }
    throw new UserError(`no object says by which host ${word} is reached`, {
      hints: [...found.notes, { remedy: 'say-host' }],
    })
  }
  const [{ by, of } = {}] = places
  let parents = object === undefined ? undefined : await readParents(collector.objects, object)
  const isOpen = parents === undefined ? query.address !== undefined : isReachedBy(parents)
  if (!isOpen) {
    // It says nothing of a gateway, such as a Service or a DestinationRule: what leads to it does.
    object = (await openerOf(collector, of, ref)) ?? object
    if (object !== undefined) parents = await readParents(collector.objects, object)
    const one = atOneGateway(word, places, found.openers)
    places = one.places
    notes.push(...one.notes)
  }
  const { address, beside } = isMesh
    ? await addressOfService(collector, found.service, query)
    : await addressFor(collector, query, object, { word, by, parents, notes })
  const listeners = object === undefined || parents === undefined ? [] : listenersOf(object, parents, beside)
  const asked = query.scheme === 'auto' ? undefined : query.scheme
  const serving = (host: string): Listener | undefined => listenerFor(listeners, host, asked)
  const certificates = new Certificates(collector.objects)
  await certificates.read(
    query.isTrusted === true ? [] : places.map(({ host }) => listenerFor(listeners, host, 'https')),
  )
  notes.push(...certificates.notes)
  return {
    service: found.service,
    notes: [...notes, ...found.notes],
    front: {
      ...(wayIn.others.length === 0 ? {} : { others: wayIn.others }),
      suspects: suspectsOf(found.explanation, ref),
      ...(isMesh ? { isMesh } : {}),
      ...(target === undefined ? {} : { target: { kind: query.kind.name, namespace, name: query.name } }),
      places: places.map(
        ({ host, path, pattern: _pattern, when: _when, share: _share, service, beside = [], ...place }) => {
          const listener = serving(host)
          const { address: reached, port } = address(listener)
          const scheme = asked ?? listener?.scheme ?? (port === 443 ? 'https' : 'http')
          return {
            ...place,
            address: reached,
            port: port ?? (scheme === 'https' ? 443 : 80),
            ...certificates.of(listenerFor(listeners, host, 'https')),
            scheme,
            hostName: host,
            path,
            ...(wayIn.others.length === 0 ? {} : { service }),
            ...(beside.length === 0 ? {} : { beside: beside.map((name) => ({ name })) }),
          }
        },
      ),
    },
  }
}

const isReachedBy = ({ gateways, istio }: Parents): boolean => gateways.length + istio.length > 0

const hasPlaces = (all: readonly ExplainedWays[]): boolean => all.some(({ places }) => places.length > 0)

/** Callers in a mesh call the Service; their sidecar takes over from there. */
async function addressOfService(
  { objects }: Collector,
  { namespace, name }: NamespacedName,
  { port: asked }: FrontQuery,
): Promise<{ address: AddressOf; beside: undefined }> {
  const { clusterIP = '', ports = [] } = (await objects.get<Service>(serviceType, namespace, name)).spec
  const { port } = choosePort(name, ports, asked, 'TCP')
  if (parseIp(clusterIP) === undefined)
    throw new UserError(`service/${name} has no cluster IP that could be called`)
  return { address: () => ({ address: clusterIP, port }), beside: undefined }
}

/** Where objects say nothing, and the user says all. */
function placesAsked({ hosts, paths = ['/'], address }: FrontQuery, service: string): Visited[] | undefined {
  if (hosts === undefined || address === undefined) return undefined
  return hosts.flatMap((host) =>
    paths.map((path) => ({ host, path, pattern: '', service, policy: { kind: 'unknown' } as const })),
  )
}

interface ExplainedWays extends ServiceWays {
  explanation: Explanation
}

type AddressOf = (listener: Listener | undefined) => { address: string; port: number | undefined }

async function addressFor(
  { objects }: Collector,
  { address: asked }: FrontQuery,
  object: LooseObject | undefined,
  {
    word,
    by,
    parents,
    notes,
  }: { word: string; by: string | undefined; parents: Parents | undefined; notes: string[] },
): Promise<{ address: AddressOf; beside: string | undefined }> {
  // The user's word counts; where Istio's gateway stands is to be known all the same.
  const isFound = asked === undefined || (parents?.istio ?? []).length > 0
  const own = isFound && object !== undefined ? await findAddress(objects, object, by, parents) : undefined
  if (asked === undefined && own?.isGuess === true)
    notes.push(`no status says where ${word} is reached; asking ${own.address}, that of ${own.from}`)
  const found = asked ?? own?.address
  if (found === undefined) {
    throw new UserError(`no object says at which address ${word} is reached`, {
      hints: [{ remedy: 'say-address' }],
    })
  }
  const [, host = found, port] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(found) ?? []
  const address = host.replace(/^\[(.*)\]$/, '$1')
  return {
    address: (listener) => ({ address, port: port === undefined ? listener?.port : Number(port) }),
    beside: own?.namespace,
  }
}

/** The object that opens a way, where it is another one than what is asked for. */
async function openerOf(
  { objects }: Collector,
  of: ObjectRef | undefined,
  target: ObjectRef | undefined,
): Promise<LooseObject | undefined> {
  if (of === undefined || (target !== undefined && keyOf(of) === keyOf(target))) return undefined
  const kind = targetKinds.find(({ type }) => type.kind === of.kind && type.group === (of.group ?? ''))
  if (kind === undefined) return undefined
  return await objects.find<LooseObject>(kind.type, of.namespace ?? '', of.name).catch(() => undefined)
}

async function servicesOf(collector: Collector, target: OtherTarget): Promise<NamespacedName[]> {
  const own = servicesBehind(target.object)
  return own.length > 0 ? own : await servicesThrough(collector, target)
}

async function readTarget(
  { objects }: Collector,
  { kind, namesakes, name }: FrontQuery,
  namespace: string,
): Promise<OtherTarget> {
  try {
    return await objects.getTarget({ kind, namesakes, name }, namespace)
  } catch (error) {
    if (isForbidden(error)) {
      const rule = { apiGroups: [kind.type.group], resources: [kind.type.resource], verbs: ['get'] }
      const words = error.status.message ?? error.message
      throw missingPermission(words, namespace, error, [rule, ...probeRules])
    }
    throw error
  }
}
