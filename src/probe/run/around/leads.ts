import { outsideKinds } from '../../plan/entries/asked.ts'
import { type ServiceWay, waysInto } from '../../../model/cluster/ways.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'

/**
 * Whether an entry that was found before leads to a Service as it is now: its address is still the Service's, and its port is
 * there.
 */
export function stillLeads(entry: SurveyEntry, before: Service, now: Service): boolean {
  const portOf = ({
    spec: { ports = [] },
  }: Service): NonNullable<Service['spec']['ports']>[number] | undefined =>
    ports.find(({ port, protocol = 'TCP' }) => port === entry.servicePort && protocol === entry.protocol)
  const [one, other] = [portOf(before), portOf(now)]
  if (other === undefined || one?.name !== other.name) return false
  if (entry.kind === 'node-port') return one?.nodePort === other.nodePort
  if (entry.kind === 'load-balancer' || entry.kind === 'external-ip') return isWay(entry.kind)
  return before.spec.clusterIP === now.spec.clusterIP

  function isWay(kind: ServiceWay['kind']): boolean {
    return waysInto(now).some((way) => way.kind === kind && way.host === entry.host)
  }
}

/** Whether the traffic policy that counts for an entry lets a node pick among its own endpoints only. */
export function isLocalFor({ kind }: SurveyEntry, { spec }: Service): boolean {
  return (outsideKinds.has(kind) ? spec.externalTrafficPolicy : spec.internalTrafficPolicy) === 'Local'
}
