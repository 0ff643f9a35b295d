import { endpointsOfPort } from '../../../model/endpoint.ts'
import { countEndpoints, isExternal, isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'

/** `…TrafficPolicy: Local`: a proxy uses the endpoints on its own node only. */
export const localTraffic = serviceAnalyzer({
  codes: ['AFF-SVC-LOCAL-TRAFFIC', 'AFF-SVC-INTERNAL-LOCAL'],
  inputs: ['slices'],
  applies: isProxied,
  analyse: (subject, { slices }, report) => {
    const { spec } = subject.service
    if (spec.externalTrafficPolicy !== 'Local' && spec.internalTrafficPolicy !== 'Local') return
    const ready = (spec.ports ?? []).flatMap((port) =>
      endpointsOfPort(slices, port.name).filter((endpoint) => endpoint.ready),
    )
    if (ready.length === 0) return
    // Slices that people write name no nodes.
    if (ready.every(({ node }) => node === undefined)) {
      const why = { what: 'the nodes of the endpoints', reason: 'not-known' } as const
      if (isSticky(subject) && isExternal(subject) && spec.externalTrafficPolicy === 'Local')
        report.cannot('AFF-SVC-LOCAL-TRAFFIC', why)
      if (spec.internalTrafficPolicy === 'Local') report.cannot('AFF-SVC-INTERNAL-LOCAL', why)
      return
    }
    const byNode = new Map<string, typeof ready>()
    for (const endpoint of ready) {
      const node = endpoint.node ?? ''
      byNode.set(node, [...(byNode.get(node) ?? []), endpoint])
    }
    const single = [...byNode].filter(([, list]) => countEndpoints(list) === 1).map(([node]) => node)
    const counts = `${byNode.size === 1 ? '1 node has' : `${byNode.size} nodes have`} ready endpoints, ${single.length} of them only one`
    if (
      isSticky(subject) &&
      isExternal(subject) &&
      spec.externalTrafficPolicy === 'Local' &&
      single.length > 0
    ) {
      report('AFF-SVC-LOCAL-TRAFFIC', {
        message: `externalTrafficPolicy Local: ${counts}`,
        why: 'From outside, the node decides the pod where it has only one, and connections to a node without any are dropped. Affinity has a choice only on nodes with several.',
        mend: ['keep clients on their node at the load balancer', 'spread the pods evenly over the nodes'],
        field: 'spec.externalTrafficPolicy',
      })
    }
    if (spec.internalTrafficPolicy === 'Local') {
      report('AFF-SVC-INTERNAL-LOCAL', {
        message: `internalTrafficPolicy Local: ${counts}`,
        why: 'A pod reaches only endpoints on its own node, and none at all from other nodes. A client that is moved to another node changes its pod.',
        mend: ['set internalTrafficPolicy: Cluster unless that is meant'],
        field: 'spec.internalTrafficPolicy',
      })
    }
  },
})
