import { refOf } from '../../../model/cluster/object.ts'
import { endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import { isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { reachCause, reachedBy, reachWords, wantedReach } from '../candidates.ts'

/** As many places are named as tell how it is. */
const mostNamed = 4

/** Services whose clients get a part of the endpoints: those of their node or zone. */
export const candidates = serviceAnalyzer({
  codes: ['AFF-SVC-FEWER-CANDIDATES'],
  inputs: [],
  hints: ['slices'],
  applies: isProxied,
  analyse: (subject, { slices }, report) => {
    const { service } = subject
    const reach = wantedReach(service, 'inside')
    const wanted = wantedReach(
      { ...service, spec: { ...service.spec, internalTrafficPolicy: 'Cluster' } },
      'inside',
    )
    const [port] = service.spec.ports ?? []
    const places =
      slices.known && port !== undefined ? reachedBy(endpointsOfPort(slices.value, port.name)) : undefined
    // Hints that nobody asked for stay as long as the endpoints do.
    if (wanted === 'all' && (places === undefined || places.size === 0)) return
    // With Local on the inside, hints play no part there.
    if (reach === 'node' && service.spec.externalTrafficPolicy !== 'Cluster') return
    if (places !== undefined && places.size === 0 && wanted !== 'all') return
    const { words, field } =
      wanted === 'all' ? { words: 'topology hints', field: 'spec.ports' } : reachCause(service)
    const counts = [...(places ?? [])].map(([name, count]) => `${name} ${count}`)
    const more = counts.length > mostNamed ? ` and ${counts.length - mostNamed} more` : ''
    report('AFF-SVC-FEWER-CANDIDATES', {
      message:
        counts.length === 0 && wanted !== 'all'
          ? `${words}: a client reaches the pods ${reachWords[wanted]}`
          : `${words}: how many pods a client reaches depends on its place (${counts.slice(0, mostNamed).join(', ')}${more})`,
      why: isSticky(subject)
        ? 'Affinity chooses among these only. A client that is moved to another node or zone changes its pod, and so do all whose last pod there goes.'
        : 'Connections are spread over these only, so that pods get as much as the clients near them ask for.',
      mend: [
        {
          say: 'unless that is meant',
          deed:
            wanted === 'all' || field === 'metadata.annotations'
              ? {
                  kind: 'annotation',
                  of: refOf(service),
                  marks: { 'service.kubernetes.io/topology-mode': null },
                }
              : { kind: 'fields', of: refOf(service), fields: { spec: { trafficDistribution: null } } },
        },
      ],
      field,
    })
  },
})
