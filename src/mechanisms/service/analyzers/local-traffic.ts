import { refOf } from '../../../model/cluster/object.ts'
import { endpointsOf, portEndpoints } from '../endpoints/endpoints.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { countEndpoints, isExternal, isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { placesWords, reachedOnNode } from '../endpoints/candidates.ts'
import type { Inputs } from '../facts.ts'

/** `externalTrafficPolicy: Local`: from outside a proxy uses the endpoints on its own node only. */
export const localTraffic = serviceAnalyzer({
  codes: ['AFF-SVC-LOCAL-TRAFFIC'],
  inputs: ['slices'],
  applies: (subject) => isProxied(subject) && isSticky(subject) && isExternal(subject),
  analyse: ({ service }, { slices }, report) => {
    if (service.spec.externalTrafficPolicy !== 'Local') return
    const { nodes, single, isNamed } = nodesOf(service, slices)
    if (nodes === 0) return
    if (!isNamed) {
      report.cannot('AFF-SVC-LOCAL-TRAFFIC', { what: 'the nodes of the endpoints', reason: 'not-known' })
      return
    }
    if (single === 0) return
    report('AFF-SVC-LOCAL-TRAFFIC', {
      message: `externalTrafficPolicy Local: ${countWords(nodes, single)}`,
      why: 'From outside, the node decides the pod where it has only one, and connections to a node without any are dropped. Affinity has a choice only on nodes with several.',
      mend: ['keep clients on their node at the load balancer', 'spread the pods evenly over the nodes'],
      field: 'spec.externalTrafficPolicy',
    })
  },
})

/** `internalTrafficPolicy: Local`: the same for clients inside; that it is so, the Service says alone. */
export const internalLocal = serviceAnalyzer({
  codes: ['AFF-SVC-INTERNAL-LOCAL'],
  inputs: [],
  hints: ['slices'],
  applies: isProxied,
  analyse: ({ service }, { slices }, report) => {
    if (service.spec.internalTrafficPolicy !== 'Local') return
    const [port] = service.spec.ports ?? []
    const counts = reachedOnNode(
      slices.known && port !== undefined ? endpointsOf(service, port, slices.value) : [],
    )
    report('AFF-SVC-INTERNAL-LOCAL', {
      message: `internalTrafficPolicy Local: ${
        counts.size === 0
          ? 'a client reaches the endpoints of its own node only'
          : `a client reaches those of its own node (${placesWords(counts)}, other nodes none)`
      }`,
      why: 'A pod reaches only endpoints on its own node, and none at all from other nodes. A client that is moved to another node changes its pod.',
      mend: [
        {
          say: 'unless that is meant',
          deed: {
            kind: 'fields',
            of: refOf(service),
            fields: { spec: { internalTrafficPolicy: 'Cluster' } },
          },
        },
      ],
      field: 'spec.internalTrafficPolicy',
    })
  },
})

/** Nodes with ready endpoints, and how many of them have one only. Slices that people write name no nodes. */
function nodesOf(
  service: Service,
  slices: Inputs['slices'],
): { nodes: number; single: number; isNamed: boolean } {
  const ready = portEndpoints(service, slices).filter((endpoint) => endpoint.ready)
  const byNode = Map.groupBy(ready, ({ node = '' }) => node)
  const single = [...byNode.values()].filter((list) => countEndpoints(list) === 1)
  return { nodes: byNode.size, single: single.length, isNamed: ready.some(({ node }) => node !== undefined) }
}

function countWords(nodes: number, single: number): string {
  return `${nodes === 1 ? '1 node has' : `${nodes} nodes have`} ready endpoints, ${single} of them only one`
}
