import type { AgentConfig } from '../../../agent/config.ts'
import type { IdentifyMode } from '../../../model/probe/observation.ts'

/** Observations that are kept until the end of a run, to be assigned to pods in another way than by their answers. */
export const mostKept = 100_000

/** Begins with a letter of its own: the name of the probe's pod holds the run id, too. */
const markerOf = (runId: string): string => `r${runId}`

/** True where requests may have to be found again in logs or among sockets, and are few enough for that. */
function leavesTraces(mode: IdentifyMode, agent: AgentConfig, cells: number): boolean {
  const { requests, durationMs = 0, intervalMs } = agent
  const isPossible = mode.kind === 'auto' || mode.kind === 'access-log' || mode.kind === 'sockets'
  return isPossible && cells * (requests ?? durationMs / Math.max(intervalMs, 1)) <= mostKept
}

/**
 * What the agent does so that its requests can be found again. Unasked nothing is added that an application might care
 * about: the marker stands behind the name in the User-Agent. Asked for it is in the query, which more logs show.
 */
export function tracesOf(
  mode: IdentifyMode,
  agent: AgentConfig,
  runId: string,
  cells: number,
): Pick<AgentConfig, 'marker' | 'localPorts'> {
  if (!leavesTraces(mode, agent, cells)) return {}
  const place = mode.kind === 'access-log' ? 'query' : 'header'
  return {
    ...(mode.kind === 'sockets' ? {} : { marker: { text: markerOf(runId), in: place } }),
    localPorts: true,
  }
}
