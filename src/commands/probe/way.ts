import type { Cluster } from '../../cluster/index.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import type { ProbeFlags } from '../../probe/flags/flags.ts'
import { defaultUsers } from '../../probe/flags/read.ts'
import type { ProbeOptions } from '../../probe/plan.ts'
import { UserError } from '../../model/user-error.ts'
import type { NamedTarget } from '../../targets/parse.ts'

/** How requests get to the Service: by itself, or through what stands in front of it. */
export async function wayTo(
  cluster: Cluster,
  { kind, name }: NamedTarget,
  flags: ProbeFlags,
  signal: AbortSignal,
): Promise<{
  options: Pick<ProbeOptions, 'namespace' | 'service' | 'front' | 'users'>
  notes: readonly string[]
}> {
  const { address, host, jar, sessions, scheme } = flags
  const isService = kind.name === serviceKind.name
  if (isService && address === undefined && host === undefined) {
    refuseWithoutFront(flags)
    return { options: { namespace: cluster.namespace, service: name }, notes: [] }
  }
  refuseOtherWays(kind.label, flags)
  const [{ findFront }, { journeyOf }] = await Promise.all([
    import('../../front/find.ts'),
    import('../../front/journey.ts'),
  ])
  const asked = {
    kind,
    name,
    isService,
    address,
    hosts: host,
    paths: flags.path,
    scheme: scheme === 'tcp' ? 'auto' : scheme,
  } as const
  const { service, front: found, notes } = await findFront(cluster, asked, signal)
  const users = jar === false ? 0 : (sessions ?? defaultUsers)
  const front = users > 0 ? journeyOf(found) : found
  return { options: { namespace: service.namespace, service: service.name, front, users }, notes }
}

/** What only something in front of a Service can be asked. */
function refuseWithoutFront({ path = [], forge }: ProbeFlags): void {
  const what = path.length > 1 ? 'several --path are' : forge === true ? '--forge is' : undefined
  if (what === undefined) return
  throw new UserError(`${what} for what stands in front of a Service`, {
    exitCode: 2,
    hints: ['say by which host it is reached:  --host shop.example.com'],
  })
}

/** A Service's own addresses, and temporary Services in its place, are not on the way through a gateway. */
const otherWays = [
  'all-ports',
  'compare',
  'echo',
  'in-pod',
  'ip-family',
  'measure-timeout',
  'via',
  'what-if',
] as const

function refuseOtherWays(label: string, flags: ProbeFlags): void {
  const used = otherWays.find((name) => flags[name] !== undefined && flags[name] !== false)
  if (used === undefined) return
  throw new UserError(
    `--${used} is for Services: it does not go with ${label === 'Service' ? '--host' : `an object of kind ${label}`}`,
    {
      exitCode: 2,
    },
  )
}
