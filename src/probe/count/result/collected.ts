import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Scheme } from '../../../model/probe/observation.ts'
import type { EndpointSummary, ProbeRequest } from '../../../model/probe/results/probe-result.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { UserError } from '../../../model/common/user-error.ts'
import type { ClientRun } from '../client-run.ts'
import { outsideKinds } from '../../plan/entries/asked.ts'

/** What results of one client and of many have in common. */

export function summarise(
  endpoints: readonly Endpoint[],
  eligible: number,
  entries: readonly SurveyEntry[],
): EndpointSummary {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  const fewerBy = eligible < ready.length ? whatLeavesOut(ready, entries) : undefined
  return {
    ready: ready.length,
    total: endpoints.length,
    nodes: new Set(ready.map((endpoint) => endpoint.node).filter((node) => node !== undefined)).size,
    eligible,
    ...(fewerBy === undefined ? {} : { fewerBy }),
  }
}

function whatLeavesOut(
  ready: readonly Endpoint[],
  entries: readonly SurveyEntry[],
): EndpointSummary['fewerBy'] {
  const local = entries.find(({ policyLocal }) => policyLocal === true)
  if (local !== undefined)
    return outsideKinds.has(local.kind) ? 'externalTrafficPolicy' : 'internalTrafficPolicy'
  const isHinted = ready.some(({ forNodes = [], forZones = [] }) => forNodes.length + forZones.length > 0)
  return isHinted ? 'hints' : undefined
}

/** What was sent, once it is known what the port speaks; plain TCP and UDP have no path. */
export function requestOf(planned: Omit<ProbeRequest, 'scheme'>, scheme: Scheme = 'http'): ProbeRequest {
  const { path, ...request } = planned
  const isHttp = scheme === 'http' || scheme === 'https'
  return { ...request, scheme, ...(isHttp && path !== undefined ? { path } : {}) }
}

/** The agent did not get to its first request. */
export function nothingObserved(client: ClientRun, image: string): UserError {
  return client.endedEarly(
    `the image must hold Node 18 or newer as "node", or a shell with curl, wget or nc: it is "${image}"`,
  )
}
