import type { ServicePolicy } from '../../model/affinity/policy.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import type { ProbeReport } from '../../model/contract/probe.ts'
import { verdictSentence } from './words/verdict.ts'
import { defined } from '../../model/common/values.ts'

/** The report for programs, shaped like a Kubernetes object: what was asked in `spec`, what was found in `status`. */
export function toReport(result: ProbeResult): ProbeReport {
  const { service, request, verdict, client } = result
  const { expected, acceptedError, behaviour, result: comparison, reason, ...numbers } = verdict
  const { namespace, policy, name, ...port } = service
  return {
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'ProbeReport',
    metadata: { name: result.runId, namespace, creationTimestamp: result.startedAt },
    spec: { service: { name, ...port, ...affinity(policy) }, request, expected, acceptedError },
    status: {
      verdict: {
        behaviour,
        result: comparison,
        ...defined({ reason }),
        message: verdictSentence(result),
        ...numbers,
      },
      backends: result.backends.map(({ backend, ...tally }) => ({ ...backend, ...tally })),
      totals: result.totals,
      latency: result.latency,
      outcomes: result.outcomes,
      endpoints: result.endpoints,
      client,
      recognition: result.recognition,
      timeline: result.timeline,
      switches: result.switches,
      endpointChanges: result.endpointChanges,
      ...defined({ direct: result.direct, during: result.during }),
      notes: result.notes,
      timing: result.timing,
    },
  }
}

/** The fields of a Service that say what it sticks on. */
export function affinity(
  policy: ServicePolicy,
): Pick<ProbeReport['spec']['service'], 'sessionAffinity' | 'timeoutSeconds'> {
  if (policy.kind === 'none') return { sessionAffinity: 'None' }
  return { sessionAffinity: 'ClientIP', timeoutSeconds: policy.timeoutSeconds }
}
