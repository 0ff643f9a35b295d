import type { ProbeOptions, ProbePlan } from './plan.ts'
import type { ProbeSubject } from './preflight.ts'

/** What a probe will do, in one sentence, before it does it. */
export function announcement(
  options: ProbeOptions,
  subject: ProbeSubject,
  plan: ProbePlan,
  job: string,
): string {
  const { service } = subject
  const { plannedRequests, plannedDurationMs, intervalMs, keepAlive } = plan.request
  const amount =
    plannedRequests === undefined
      ? `requests for ${(plannedDurationMs ?? 0) / 1000}s`
      : `${plannedRequests} request${plannedRequests === 1 ? '' : 's'}`
  const pace = intervalMs === 0 ? 'as fast as possible' : `one every ${Number(intervalMs.toPrecision(3))}ms`
  const connections = keepAlive ? 'over a connection that is kept open' : 'each over a new connection'
  const where = options.node === undefined ? '' : ` on ${options.node}`
  return `sending ${amount}, ${pace}, ${connections}, to ${service.clusterIP}:${service.port} from job/${job} in namespace ${options.namespace}${where} (image ${options.image})`
}
