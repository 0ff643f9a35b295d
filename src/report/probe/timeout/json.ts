import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { affinity } from '../json.ts'
import type { TimeoutReport } from '../../../model/contract/timeout.ts'
import { timeoutSentence } from './words.ts'
import { defined } from '../../../model/common/values.ts'

/** The report for programs: what was asked in `spec`, what was found in `status`. */
export function toTimeoutReport(result: TimeoutResult): TimeoutReport {
  const { service, shadow, entry, verdict, finding } = result
  const { namespace, policy, name, ...port } = service
  return {
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'TimeoutReport',
    metadata: { name: result.runId, namespace, creationTimestamp: result.startedAt },
    spec: {
      service: { name, ...port, ...affinity(policy) },
      ...defined({ shadow, entry }),
      request: result.request,
      maxMs: result.maxMs,
      acceptedError: verdict.acceptedError,
    },
    status: {
      verdict: {
        result: verdict.result,
        ...defined({ reason: verdict.reason, expected: verdict.expected }),
        message: timeoutSentence(result),
      },
      ...defined({ finding }),
      rounds: result.rounds,
      trials: result.trials,
      discarded: result.discarded,
      endpoints: result.endpoints,
      recognition: result.recognition,
      clients: { image: result.image, nodes: result.nodes },
      notes: result.notes,
      totalMs: result.totalMs,
    },
  }
}
