import type { Cluster } from '../../../cluster/index.ts'
import { type Hints, needsCloud } from '../../../mechanisms/service/balancers/recognise.ts'
import { readCloud } from '../../../snapshot/cluster/proxy.ts'
import { readWarnings } from '../../../snapshot/cluster/services.ts'
import type { Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import { known } from '../../../model/cluster/store.ts'
import type { UnaskedPort, SurveyEntry } from '../../../model/probe/results/survey.ts'
import { UserError } from '../../../model/common/user-error.ts'
import type { Front, ProbeOptions } from '../options.ts'
import { type ProbeSubject, whyNoEndpoints } from '../preflight.ts'
import { type AskedEntries, entriesFromHere } from './asked.ts'
import { endpointsBehind } from './behind.ts'
import { defaultEntry } from './default.ts'
import { readNodes } from './nodes.ts'
import { entriesOf, type FoundEntries } from './resolve.ts'
import { defined, distinctBy } from '../../../model/common/values.ts'
import { familyOf } from '../../../model/common/network/ip.ts'

/**
 * The entries that a probe asks. Reads the nodes where their ports are among them, and what tells whose a load balancer is
 * that nothing on the Service tells. Rejects with UserError when there is
 * no such entry, or none for this machine where it is to be a client.
 */
export async function findEntries(
  cluster: Cluster,
  service: Service,
  subject: ProbeSubject,
  {
    via,
    viaLocal,
    clients,
    front,
    protocol,
  }: Pick<ProbeOptions, 'via' | 'viaLocal' | 'clients' | 'front' | 'protocol'>,
  signal: AbortSignal,
): Promise<FoundEntries> {
  if (front !== undefined) return { entries: frontEntries(front, subject), notes: [] }
  if (via === undefined && viaLocal !== true) return { entries: [defaultEntry(subject)], notes: [] }
  const asked: AskedEntries = via ?? { kinds: 'all' }
  const ports = portsOf(subject, asked)
  const throughNodes = asked.kinds === 'all' || asked.kinds.has('node-port')
  const hasNodePorts = ports.some(({ nodePort }) => nodePort !== undefined && nodePort !== 0)
  const nodes = throughNodes && hasNodePorts ? await readNodes(cluster, signal) : known([])
  const throughBalancer = asked.kinds === 'all' || asked.kinds.has('load-balancer')
  const hints = throughBalancer && needsCloud(service) ? await hintsOn(cluster, service, signal) : {}
  const leading = thatLead(entriesOf(service, ports, nodes, asked, hints), service, subject)
  // Who names a protocol means its ports.
  const others = asked.allPorts === true && protocol === undefined ? ofOtherProtocols(subject) : []
  const found = { ...leading, unasked: [...leading.unasked, ...others] }
  if (viaLocal !== true) return found
  const outside = entriesFromHere(found.entries)
  if (outside.length === 0) {
    throw new UserError(
      `service/${subject.service.name} cannot be entered from outside the cluster by the entries that were named`,
      { hints: [...found.notes, { remedy: 'enter-from-outside' }] },
    )
  }
  if (clients !== 0) return found
  return { ...found, entries: outside.map((entry, index) => ({ ...entry, index })) }
}

/** What tells who makes a load balancer, where nothing on the Service does. What may not be read tells nothing. */
async function hintsOn(cluster: Cluster, { metadata }: Service, signal: AbortSignal): Promise<Hints> {
  const { namespace = 'default', name } = metadata
  const [events, cloud] = await Promise.all([
    readWarnings(cluster, { namespace, name }, signal),
    readCloud(cluster, signal),
  ])
  return { events, cloud }
}

/** Without entries that lead nowhere: what there is to say of them is known before anything is sent. */
function thatLead(
  { entries, notes }: FoundEntries,
  service: Service,
  { slices, ports }: ProbeSubject,
): Required<FoundEntries> {
  const leading = entries.filter((entry) =>
    endpointsBehind(slices, entry).some(({ ready, serving }) => ready || serving),
  )
  const isDual = new Set(entries.map(({ family }) => family)).size > 1
  const unasked = entries
    .filter((entry) => !leading.includes(entry))
    .map(({ servicePort, portName, protocol, family }): UnaskedPort => {
      const port = ports.find((one) => one.port === servicePort && one.name === portName)
      return {
        ...numberOf({ port: servicePort, name: portName, protocol }),
        ...(isDual ? { family } : {}),
        why: whyNoEndpoints(service, slices, port ?? { port: servicePort }, family),
      }
    })
  if (leading.length === 0 && unasked[0] !== undefined)
    throw new UserError(`service/${service.metadata.name} ${unasked[0].why}`)
  return {
    entries: leading.map((entry, index) => ({ ...entry, index })),
    notes,
    unasked: distinctBy(unasked, (one) => JSON.stringify(one)),
  }
}

/** Ports of another protocol than the one that is asked by cannot be asked in the same run. */
function ofOtherProtocols({ service, ports }: ProbeSubject): UnaskedPort[] {
  return ports
    .filter(({ protocol = 'TCP' }) => protocol !== service.protocol)
    .map((port) => ({
      ...numberOf(port),
      why: port.protocol === 'SCTP' ? 'cannot be asked' : 'needs a probe of its own',
    }))
}

function numberOf({
  port,
  name,
  protocol = 'TCP',
}: Pick<ServicePort, 'port' | 'protocol'> & { name?: string | undefined }): Omit<UnaskedPort, 'why'> {
  return defined({ port, name, protocol })
}

function portsOf({ service, ports }: ProbeSubject, { allPorts }: AskedEntries): ServicePort[] {
  return ports.filter(({ port, name, protocol = 'TCP' }) =>
    allPorts === true
      ? protocol === service.protocol
      : port === service.port && name === service.portName && protocol === service.protocol,
  )
}

/** The ways in by something in front of the Service: to its endpoints, but neither by its addresses nor by its ports. */
export function frontEntries({ places }: Front, { service, others = [] }: ProbeSubject): SurveyEntry[] {
  return places.map(({ address, port: entered, certificate: _certificate, ...front }, index) => {
    const behind = others.find(({ name }) => name === front.service) ?? service
    const { port, portName, protocol, clusterIP } = behind
    const beside = others.filter((other) => front.beside?.some(({ name }) => name === other.name))
    return {
      index,
      kind: 'gateway',
      host: address,
      port: entered,
      servicePort: port,
      ...defined({ portName }),
      protocol,
      // Of the endpoints, which have that of the Service; how the proxy is reached is another matter.
      family: familyOf(clusterIP),
      front: {
        ...front,
        ...(front.beside === undefined
          ? {}
          : {
              beside: beside.map((other) => defined({ name: other.name, portName: other.portName })),
            }),
      },
    }
  })
}
