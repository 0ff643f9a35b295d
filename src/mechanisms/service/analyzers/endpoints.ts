import { type Endpoint, endpointsOfPort } from '../../../model/endpoint.ts'
import type { Service } from '../../../model/kubernetes.ts'
import { countEndpoints, hasSelector, isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'

/** Whether there is anything to stick to. */
export const endpoints = serviceAnalyzer({
  codes: ['AFF-SVC-NO-ENDPOINTS', 'AFF-SVC-ONE-ENDPOINT'],
  inputs: ['slices'],
  applies: isProxied,
  analyse: (subject, { slices }, report) => {
    const { service, ref } = subject
    const all = portEndpoints(service, slices)
    const ready = countEndpoints(all.filter((endpoint) => endpoint.ready))
    if (ready === 0) {
      const total = countEndpoints(all)
      report('AFF-SVC-NO-ENDPOINTS', {
        message: total > 0 ? `none of the ${total} endpoints is ready` : noEndpoints(hasSelector(subject)),
        why: 'Connections are refused or dropped, so there is nothing that affinity could keep.',
        mend: hasSelector(subject)
          ? [`kubectl get pods -n ${ref.namespace} -l ${selectorOf(service)}`]
          : [`kubectl get endpointslices -n ${ref.namespace} -l kubernetes.io/service-name=${ref.name}`],
      })
    } else if (ready === 1 && isSticky(subject)) {
      report('AFF-SVC-ONE-ENDPOINT', {
        message: 'there is only one ready endpoint, so every client is on it with or without affinity',
        why: 'Affinity does nothing now. When pods are added, clients that are remembered stay on this one.',
        mend: [hasSelector(subject) ? 'run two replicas or more' : 'add another backend'],
      })
    }
  },
})

/** The endpoints of every port of a Service; the same pod counts once for each port. */
export function portEndpoints(service: Service, slices: Parameters<typeof endpointsOfPort>[0]): Endpoint[] {
  return (service.spec.ports ?? []).flatMap((port) => endpointsOfPort(slices, port.name))
}

function noEndpoints(isSelecting: boolean): string {
  return isSelecting
    ? 'there are no endpoints: the selector matches no pod that runs'
    : 'there are no endpoints: the Service has no selector and no EndpointSlice lists any'
}

function selectorOf({ spec: { selector = {} } }: Service): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
