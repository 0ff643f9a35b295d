import { defaultTimeoutSeconds } from '../../../model/affinity/policy.ts'
import { isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'

/** The range that the API allows (k8s.io/kubernetes pkg/apis/core/validation, validateAffinityTimeout). */
const greatestSeconds = 86_400

const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds'

export const timeout = serviceAnalyzer({
  codes: ['AFF-SVC-TIMEOUT-OUT-OF-RANGE', 'AFF-SVC-TIMEOUT-WITHOUT-AFFINITY', 'AFF-SVC-TIMEOUT-DEFAULT'],
  inputs: [],
  analyse: (subject, _inputs, report) => {
    const { service, ref } = subject
    const configured = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
    if (!isSticky(subject)) {
      const { sessionAffinity = 'None', sessionAffinityConfig } = service.spec
      // Of a value that does not exist something else is said already.
      if (sessionAffinityConfig === undefined || sessionAffinity !== 'None') return
      report('AFF-SVC-TIMEOUT-WITHOUT-AFFINITY', {
        message: `sessionAffinityConfig is set, but sessionAffinity is ${service.spec.sessionAffinity ?? 'not set, which means None'}`,
        why: 'The API server drops sessionAffinityConfig without a word, and clients spread over all pods.',
        mend: [{ deed: { kind: 'affinity', of: ref, to: 'on' } }],
        field: 'spec.sessionAffinityConfig',
      })
      return
    }
    if (typeof configured === 'number' && !isAllowed(configured)) {
      report('AFF-SVC-TIMEOUT-OUT-OF-RANGE', {
        message: `timeoutSeconds ${configured} is not within 1 to ${greatestSeconds}`,
        why: 'The API server refuses the Service. A day is the longest; affinity "for ever" cannot be had from a Service.',
        mend: [`use a number of seconds from 1 to ${greatestSeconds}`],
        field,
      })
      return
    }
    if (!isProxied(subject) || (configured ?? defaultTimeoutSeconds) !== defaultTimeoutSeconds) return
    report('AFF-SVC-TIMEOUT-DEFAULT', {
      message:
        configured === undefined
          ? 'no timeout is set, so it is the default of 3 hours'
          : 'the timeout is 3 hours, which is also the default',
      why: 'Most proxies count from the last new connection: a client that is silent for less stays on its pod, and one that never pauses may stay for days.',
      mend: [{ deed: { kind: 'affinity', of: ref, to: { timeoutSeconds: 1800 } } }],
      field: 'spec.sessionAffinity',
    })
  },
})

function isAllowed(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= greatestSeconds
}
