import type { ProbeResult } from './probe-result.ts'
import type { ProbeSurvey } from './survey.ts'
import { defined } from '../../common/values.ts'

/**
 * The result of a probe that was to be of one client at one entry, as that client's, which has room for more detail;
 * undefined where several were asked for.
 */
export function soleOf(survey: ProbeSurvey): ProbeResult | undefined {
  const [client] = survey.clients
  const [cell] = survey.cells
  if (!survey.sole || client === undefined || cell === undefined) return undefined
  const { pod = '', node, address, image = '', imageReason, container, tool } = client
  return {
    runId: survey.runId,
    startedAt: survey.startedAt,
    service: survey.service,
    client: defined({ pod, node, address, image, imageReason, container, tool }),
    request: survey.request,
    endpoints: survey.endpoints,
    recognition: cell.recognition,
    backends: survey.backends,
    totals: cell.totals,
    latency: cell.latency,
    outcomes: cell.outcomes,
    timeline: cell.timeline,
    switches: cell.switches,
    endpointChanges: survey.endpointChanges,
    ...defined({ during: survey.during }),
    verdict: cell.verdict,
    ...defined({ direct: survey.direct, isNameOpen: survey.isNameOpen }),
    notes: survey.notes,
    timing: survey.timing,
  }
}
