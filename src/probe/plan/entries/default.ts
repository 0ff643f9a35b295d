import { familyOf } from '../../../model/common/network/ip.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { ProbeSubject } from '../preflight.ts'

/** The way in when no other is asked for: the cluster IP and the examined port. */
export function defaultEntry({ service, localOnly }: ProbeSubject): SurveyEntry {
  const { clusterIP, port, portName, protocol } = service
  return {
    index: 0,
    kind: 'cluster-ip',
    host: clusterIP,
    port,
    servicePort: port,
    ...(portName === undefined ? {} : { portName }),
    protocol,
    family: familyOf(clusterIP),
    ...(localOnly ? { policyLocal: true } : {}),
  }
}
