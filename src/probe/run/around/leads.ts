import { type Way, waysInto } from '../../../model/cluster/ways.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/survey.ts'

/**
 * Whether an entry that was found before leads to a Service as it is now in the same way: its address is still the Service's, its
 * port is there, and the same traffic policy holds.
 */
export function stillLeads(entry: SurveyEntry, before: Service, now: Service): boolean {
  const portOf = ({
    spec: { ports = [] },
  }: Service): NonNullable<Service['spec']['ports']>[number] | undefined =>
    ports.find(({ port, protocol = 'TCP' }) => port === entry.servicePort && protocol === entry.protocol)
  const [one, other] = [portOf(before), portOf(now)]
  if (other === undefined || one?.name !== other.name) return false
  if (entry.kind === 'node-port') return one?.nodePort === other.nodePort && hasSame('externalTrafficPolicy')
  if (entry.kind === 'load-balancer' || entry.kind === 'external-ip')
    return isWay(entry.kind) && hasSame('externalTrafficPolicy')
  return before.spec.clusterIP === now.spec.clusterIP && hasSame('internalTrafficPolicy')

  function isWay(kind: Way['kind']): boolean {
    return waysInto(now).some((way) => way.kind === kind && way.host === entry.host)
  }

  function hasSame(field: 'externalTrafficPolicy' | 'internalTrafficPolicy'): boolean {
    return (before.spec[field] ?? 'Cluster') === (now.spec[field] ?? 'Cluster')
  }
}
