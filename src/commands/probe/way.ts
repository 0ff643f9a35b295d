import { isGiven } from '../../cli/flags/values.ts'
import type { Cluster } from '../../cluster/index.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import type { ProbeFlags } from './flags/definitions.ts'
import { defaultUsers } from './flags/read.ts'
import type { Front, ProbeOptions } from '../../probe/plan/options.ts'
import { usageError, UserError } from '../../model/common/user-error.ts'
import type { NamedTarget } from '../../model/targets/parse.ts'

/** How requests get to the Service: by itself, or through what stands in front of it. */
export async function wayTo(
  cluster: Cluster,
  { kind, namesakes, name }: NamedTarget,
  flags: ProbeFlags,
  signal: AbortSignal,
): Promise<{
  options: Pick<ProbeOptions, 'namespace' | 'service' | 'front' | 'frontChanges' | 'users'>
  notes: readonly string[]
}> {
  const { address, host, jar, sessions, scheme } = flags
  const isService = kind.name === serviceKind.name
  if (isService && address === undefined && host === undefined) {
    refuseWithoutFront(flags)
    return { options: { namespace: cluster.namespace, service: name }, notes: [] }
  }
  refuseOtherWays(kind.label, flags)
  const [{ findFront }, { firstPlaceOf, journeyOf }, { frontChanges }] = await Promise.all([
    import('../../probe/front/find.ts'),
    import('../../probe/front/journey.ts'),
    import('../../probe/front/changes.ts'),
  ])
  const asked = {
    kind,
    namesakes,
    name,
    isService,
    address,
    hosts: host,
    paths: flags.path,
    scheme: scheme === 'tcp' ? 'auto' : scheme,
    isInPod: flags['in-pod'] !== undefined,
    port: flags.port,
    isTrusted: flags.insecure || flags.ca !== undefined,
  } as const
  const before = await findFront(cluster, asked, signal)
  const { service, front: way, notes } = before
  const options = {
    namespace: service.namespace,
    service: service.name,
    frontChanges: async () => await frontChanges(before, async () => await findFront(cluster, asked, signal)),
  }
  const found = spoken(way, flags)
  const users = jar === false ? 0 : (sessions ?? defaultUsers)
  const isOne = flags.watch || flags.during !== undefined
  const left = found.places.length - 1
  if (isOne && left > 0) {
    const { hostName, path } = found.places[0]!
    const note = `only ${hostName}${path} is asked, as the run goes on there; --host and --path choose`
    return { options: { ...options, front: firstPlaceOf(found), users }, notes: [...notes, note] }
  }
  if (flags.replicas && found.isMesh === true)
    throw usageError('--replicas asks those of a gateway, and a sidecar is one')
  if (flags.replicas) {
    const { front, notes: more } = await toReplicas(cluster, found, signal)
    return { options: { ...options, front: journeyOf(front), users }, notes: [...notes, ...more] }
  }
  const front = users > 0 ? journeyOf(found) : found
  return { options: { ...options, front, users }, notes }
}

/** How users speak there: in HTTP/2, and by WebSocket after they were there without. */
function spoken(front: Front, { http2, websocket }: ProbeFlags): Front {
  const places = front.places.map((place) => (http2 ? { ...place, isHttp2: true } : place))
  if (!websocket) return { ...front, places }
  return { ...front, places: places.flatMap((place) => [place, { ...place, upgrade: 'websocket' as const }]) }
}

/** The first place at each replica of its gateway. */
async function toReplicas(
  cluster: Cluster,
  found: Front,
  signal: AbortSignal,
): Promise<{ front: Front; notes: string[] }> {
  const { atReplicas, findReplicas } = await import('../../probe/front/ways/replicas.ts')
  const [place] = found.places
  const { replicas, all } =
    place === undefined ? { replicas: [], all: 0 } : await findReplicas(cluster, place, signal)
  const at = `${place?.address ?? ''}:${place?.port ?? ''}`
  if (replicas.length < 2)
    throw new UserError(
      replicas.length === 0
        ? `no Service that can be read has the address ${at}, so the replicas behind it are not known`
        : `there is one replica of the gateway at ${at}`,
    )
  const left = all - replicas.length
  const { others: _others, ...front } = found
  return {
    front: atReplicas(front, replicas),
    notes: left > 0 ? [`${left} of ${all} replicas of the gateway are not asked`] : [],
  }
}

/** What only something in front of a Service can be asked. */
function refuseWithoutFront(flags: ProbeFlags): void {
  const { path = [] } = flags
  if (flags['measure-timeout']) refuseUsers(flags)
  const used = (['forge', 'http2', 'replicas', 'websocket'] as const).find((name) => flags[name])
  const what = path.length > 1 ? 'several --path are' : `--${used} is`
  if (path.length < 2 && used === undefined) return
  throw usageError(
    `${what} for what stands in front of a Service`,
    'say by which host it is reached:  --host shop.example.com',
  )
}

/** A Service's own addresses, and temporary Services in its place, are not on the way through a gateway. */
const otherWays = ['all-ports', 'echo', 'ip-family', 'shadow', 'via', 'what-if'] as const

function refuseOtherWays(label: string, flags: ProbeFlags): void {
  const used = otherWays.find((name) => isGiven(flags, name))
  if (used === undefined) return
  throw usageError(
    `--${used} is for Services: it does not go with ${label === 'Service' ? '--host' : `an object of kind ${label}`}`,
  )
}

/** A Service's own affinity is by address: whoever measures it is a client, and no user of one. */
function refuseUsers(flags: ProbeFlags): void {
  const used = (['jar', 'sessions', 'session-counter'] as const).find((name) => flags[name] !== undefined)
  if (used === undefined) return
  throw usageError(
    `--${used} and --measure-timeout cannot be used together for a Service by itself`,
    'say by which host it is reached through a gateway:  --host shop.example.com',
  )
}
