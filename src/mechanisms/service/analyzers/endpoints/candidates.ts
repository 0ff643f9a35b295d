import { refOf } from '../../../../model/cluster/object.ts'
import { endpointsOf } from '../../endpoints/endpoints.ts'
import type { Service } from '../../../../model/cluster/kubernetes.ts'
import type { Mend } from '../../../../model/findings/mend.ts'
import { isProxied, isSticky, serviceAnalyzer } from '../../analyzer.ts'
import { placesWords, reachCause, reachedBy, reachWords, wantedReach } from '../../endpoints/candidates.ts'

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
      slices.known && port !== undefined ? reachedBy(endpointsOf(service, port, slices.value)) : undefined
    // Hints that nobody asked for stay as long as the endpoints do.
    if (wanted === 'all' && (places === undefined || places.size === 0)) return
    // With Local on the inside, hints play no part there.
    if (reach === 'node' && service.spec.externalTrafficPolicy !== 'Cluster') return
    // Nobody has handed out hints, so that nobody heeds what was asked for.
    if (places !== undefined && places.size === 0) return
    const { words, field, annotation } =
      wanted === 'all'
        ? { words: 'topology hints', field: 'spec.ports', annotation: undefined }
        : reachCause(service)
    report('AFF-SVC-FEWER-CANDIDATES', {
      message:
        places === undefined && wanted !== 'all'
          ? `${words}: a client reaches the pods ${reachWords[wanted]}`
          : `${words}: how many pods a client reaches depends on its place (${placesWords(places ?? new Map())})`,
      why: isSticky(subject)
        ? 'Affinity chooses among these only. A client that is moved to another node or zone changes its pod, and so do all whose last pod there goes.'
        : 'Connections are spread over these only, so that pods get as much as the clients near them ask for.',
      mend: [mendOf(service, wanted === 'all', annotation)],
      field,
    })
  },
})

function mendOf(service: Service, isUnasked: boolean, annotation: string | undefined): Mend {
  // Whoever wrote the hints is not known.
  if (isUnasked) return 'remove the hints of the endpoints unless they are meant'
  const of = refOf(service)
  return {
    say: 'unless that is meant',
    deed:
      annotation === undefined
        ? { kind: 'fields', of, fields: { spec: { trafficDistribution: null } } }
        : { kind: 'annotation', of, marks: { [annotation]: null } },
  }
}
