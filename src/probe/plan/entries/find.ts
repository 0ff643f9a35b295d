import type { Cluster } from '../../../cluster/index.ts'
import type { Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import { known } from '../../../model/cluster/fact.ts'
import { UserError } from '../../../model/common/user-error.ts'
import type { ProbeOptions } from '../plan.ts'
import type { ProbeSubject } from '../preflight.ts'
import { type AskedEntries, entriesFromHere } from './asked.ts'
import { defaultEntry } from './default.ts'
import { frontEntries } from './front.ts'
import { readNodes } from './nodes.ts'
import { entriesOf, type FoundEntries } from './resolve.ts'

/**
 * The entries that a probe asks. Reads the nodes where their ports are among them. Rejects with UserError when there is
 * no such entry, or none for this machine where it is to be a client.
 */
export async function findEntries(
  cluster: Cluster,
  service: Service,
  subject: ProbeSubject,
  { via, viaLocal, clients, front }: Pick<ProbeOptions, 'via' | 'viaLocal' | 'clients' | 'front'>,
  signal: AbortSignal,
): Promise<FoundEntries> {
  if (front !== undefined) return { entries: frontEntries(front, subject), notes: [] }
  if (via === undefined && viaLocal !== true) return { entries: [defaultEntry(subject)], notes: [] }
  const asked: AskedEntries = via ?? { kinds: 'all' }
  const ports = portsOf(subject, asked)
  const throughNodes = asked.kinds === 'all' || asked.kinds.has('node-port')
  const hasNodePorts = ports.some(({ nodePort }) => nodePort !== undefined && nodePort !== 0)
  const nodes = throughNodes && hasNodePorts ? await readNodes(cluster, signal) : known([])
  const all = entriesOf(service, ports, nodes, asked)
  const found = { ...all, notes: [...all.notes, ...leftOut(subject, asked)] }
  if (viaLocal !== true) return found
  const outside = entriesFromHere(found.entries)
  if (outside.length === 0) {
    throw new UserError(
      `service/${subject.service.name} cannot be entered from outside the cluster by what --via names`,
      { hints: [...found.notes, 'what leads in from outside:  --via node-port,load-balancer,external-ip'] },
    )
  }
  if (clients !== 0) return found
  return { ...found, entries: outside.map((entry, index) => ({ ...entry, index })) }
}

/** Ports of another protocol than the one that is asked by cannot be asked in the same run. */
function leftOut({ service, ports }: ProbeSubject, { allPorts }: AskedEntries): string[] {
  const others = ports.filter(({ protocol = 'TCP' }) => protocol !== service.protocol)
  if (allPorts !== true || others.length === 0) return []
  const words = others.map(({ name, port, protocol = 'TCP' }) =>
    name === undefined ? `${port}/${protocol}` : `${name} ${port}/${protocol}`,
  )
  return [
    `not asked, as they are not ${service.protocol}: ${words.join(', ')}${others.some(({ protocol }) => protocol === 'UDP') ? '; UDP ports are probed with --protocol udp --send TEXT' : ''}`,
  ]
}

function portsOf({ service, ports }: ProbeSubject, { allPorts }: AskedEntries): ServicePort[] {
  return ports.filter(({ port, name, protocol = 'TCP' }) =>
    allPorts === true
      ? protocol === service.protocol
      : port === service.port && name === service.portName && protocol === service.protocol,
  )
}
