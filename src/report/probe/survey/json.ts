import type { ProbeSurvey, SurveyCell, SurveyClient } from '../../../model/probe/results/survey.ts'
import type { TargetRef } from '../../../model/affinity/target.ts'
import type { SurveyReport } from '../../../model/contract/survey.ts'
import { affinity } from '../json.ts'
import { isMasqueraded } from './cells.ts'
import { surveySentence } from './verdict.ts'
import { defined } from '../../../model/common/values.ts'

/** The report for programs, shaped like that of one client: what was asked in `spec`, what was found in `status`. */
export function toSurveyReport(survey: ProbeSurvey): SurveyReport {
  const { service, request, clients, verdict } = survey
  const { expected, acceptedError, statements, result, ...numbers } = verdict
  const byIndex = new Map(clients.map((client) => [client.index, client]))
  return {
    apiVersion: 'affinity.kubectl.dev/v1',
    kind: 'ProbeSurveyReport',
    metadata: { name: survey.runId, namespace: service.namespace, creationTimestamp: survey.startedAt },
    spec: {
      service: { name: service.name, type: service.type, ...affinity(service.policy) },
      ...(survey.target === undefined ? {} : { target: targetOf(survey.target) }),
      ...(survey.sessions.length > 1 ? { sessions: survey.sessions } : {}),
      entries: survey.entries,
      request,
      expected,
      acceptedError,
    },
    status: {
      verdict: { result, message: surveySentence(survey), ...numbers },
      statements,
      ...defined({
        users: survey.users,
        strangers: survey.strangers,
        forged: survey.forged,
        dropped: survey.dropped,
        lifetime: survey.lifetime,
        crossings: survey.crossings,
        breaks: survey.breaks,
      }),
      clients,
      absent: survey.absent,
      ...defined({ unasked: survey.unasked }),
      cells: survey.cells.map(({ timeline: _timeline, session, recognition: _recognition, ...cell }) => ({
        ...cell,
        ...(survey.sessions.length > 1 ? { session } : {}),
        ...masquerade(byIndex.get(cell.client), cell),
      })),
      backends: survey.backends.map(({ backend, ...tally }) => ({ ...backend, ...tally })),
      totals: survey.totals,
      latency: survey.latency,
      outcomes: survey.outcomes,
      endpoints: survey.endpoints,
      recognition: survey.recognition,
      endpointChanges: survey.endpointChanges,
      ...defined({ direct: survey.direct, during: survey.during }),
      notes: survey.notes,
      timing: survey.timing,
    },
  }
}

function targetOf({ kind, namespace, name }: TargetRef): NonNullable<SurveyReport['spec']['target']> {
  return { kind, namespace, name }
}

function masquerade(
  client: SurveyClient | undefined,
  cell: Pick<SurveyCell, 'seenAddresses'>,
): { masqueraded?: boolean } {
  if (client?.addresses === undefined || cell.seenAddresses.length === 0) return {}
  return { masqueraded: isMasqueraded(client, cell) }
}
