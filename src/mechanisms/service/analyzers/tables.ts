import type { Mend } from '../../../model/findings/mend.ts'
import { refOf } from '../../../model/cluster/object.ts'
import type { ServicePort } from '../../../model/cluster/kubernetes.ts'
import { picksByMaglev } from '../proxies/cilium.ts'
import { addressSeen } from '../proxies/outside.ts'
import { semanticsOf } from '../proxies/semantics.ts'
import { servedBy } from '../proxies/served.ts'
import { isExternal, isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { familiesOf } from '../endpoints/endpoints.ts'
import { commandFor, type Options, serviceTarget } from '../../../model/targets/command.ts'

/** What a proxy's memory is kept by: port, node, client address. */
export const perPort = serviceAnalyzer({
  codes: ['AFF-SVC-PER-PORT-TABLES'],
  inputs: [],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: ({ service, ref }, _inputs, report) => {
    const ports = service.spec.ports ?? []
    if (ports.length < 2) return
    report('AFF-SVC-PER-PORT-TABLES', {
      message: `the ${ports.length} ports (${ports.map(portWord).join(', ')}) remember clients separately`,
      why: 'The same client may be on one pod for one port and on another pod for the next.',
      mend: [
        'let what belongs together use one port',
        ...portOptions(ports).map((options): Mend => ({
          deed: { kind: 'run', command: commandFor('probe', serviceTarget(ref), options) },
        })),
      ],
      field: 'spec.ports',
    })
  },
})

export const perNode = serviceAnalyzer({
  codes: ['AFF-SVC-PER-NODE-TABLES', 'AFF-SVC-NODEPORT-MASQUERADED'],
  inputs: ['balancer'],
  hints: ['proxy'],
  applies: (subject) => isProxied(subject) && isExternal(subject),
  analyse: (subject, { balancer: provider, proxy }, report) => {
    const { service } = subject
    // Nobody comes through a node, or what comes through one hides its clients from all.
    if (provider?.to === 'pods' || provider?.to === 'cluster-ip') return
    const isHashed = proxy.known && picksByMaglev(service, proxy.value)
    if (isSticky(subject) && !isHashed) {
      report('AFF-SVC-PER-NODE-TABLES', {
        message: 'every node remembers the clients that enter through it, and knows nothing of the others',
        why: 'A client that comes through another node may get another pod, and its time starts again there.',
        mend: ['let a client always enter through the same node'],
      })
    }
    if (addressSeen(service, proxy) === 'node' && provider?.client !== 'hidden') {
      report('AFF-SVC-NODEPORT-MASQUERADED', {
        message:
          'with externalTrafficPolicy Cluster, pods see the address of the node that a client came through',
        why: 'Logs, rate limits and affinity inside the application see nodes instead of clients. The proxy itself sees the address that reached the node.',
        mend: [
          {
            deed: {
              kind: 'fields',
              of: refOf(service),
              fields: { spec: { externalTrafficPolicy: 'Local' } },
            },
          },
        ],
        field: 'spec.externalTrafficPolicy',
      })
    }
  },
})

export const iptablesList = serviceAnalyzer({
  codes: ['AFF-PROXY-IPTABLES-LIST'],
  inputs: ['proxy'],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: (subject, { proxy }, report) => {
    const limited = servedBy(subject, proxy)
      .map(semanticsOf)
      .find((semantics) => semantics.mostClients !== undefined)
    if (limited === undefined) return
    const { name, mostClients } = limited
    report('AFF-PROXY-IPTABLES-LIST', {
      message: `${name} remembers at most ${mostClients} clients per pod and port on each node`,
      why: 'The kernel list behind it (xt_recent, ip_list_tot) holds 100 addresses unless the module was loaded with more; the client that was silent longest is forgotten first and may get another pod.',
      mend: ['use kube-proxy in nftables mode, whose sets are larger'],
    })
  },
})

function portWord({ name, port, protocol = 'TCP' }: ServicePort): string {
  const number = protocol === 'TCP' ? String(port) : `${port}/${protocol}`
  return name === undefined ? number : `${name} ${number}`
}

/** How another port than the first is probed, if one can be. One number may be two ports, of TCP and UDP. */
function portOptions(all: readonly ServicePort[]): Options[] {
  const others = all.slice(1)
  const port = ['TCP', 'UDP'].flatMap(
    (wanted) => others.find(({ protocol = 'TCP' }) => protocol === wanted) ?? [],
  )[0]
  if (port === undefined) return []
  const { name, protocol = 'TCP' } = port
  const isAlone = all.filter((other) => other.port === port.port).length === 1
  return [
    {
      port: isAlone ? port.port : (name ?? port.port),
      protocol: isAlone || name !== undefined ? undefined : protocol.toLowerCase(),
      send: protocol === 'UDP' ? 'TEXT' : undefined,
    },
  ]
}

/** Each family has tables and endpoints of its own. */
export const perFamily = serviceAnalyzer({
  codes: ['AFF-SVC-PER-FAMILY-TABLES'],
  inputs: [],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: ({ service }, _inputs, report) => {
    const { ipFamilyPolicy } = service.spec
    if (familiesOf(service)?.size !== 2) return
    report('AFF-SVC-PER-FAMILY-TABLES', {
      message: 'IPv4 and IPv6 remember clients separately',
      why: 'A client that comes by one family and then by the other may be on two pods: its two addresses are two clients, and browsers try both.',
      mend: ['let clients use one family, or keep them by a cookie at an Ingress or a gateway'],
      field: ipFamilyPolicy === undefined ? 'spec.ipFamilies' : 'spec.ipFamilyPolicy',
    })
  },
})
