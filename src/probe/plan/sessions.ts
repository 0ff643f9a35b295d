import type { AgentSession } from '../../agent/config.ts'
import { isSameHeader } from '../../model/affinity/expectation.ts'
import { defined } from '../../model/common/values.ts'
import type { SessionSpec } from '../../model/probe/session.ts'
import type { Front, ProbeOptions } from './options.ts'

/** Users with a jar each, and beside them requests that keep nothing. */
export function sessionsOf({
  users = 0,
  withoutControl,
  keepAlive,
  oneCookie,
  oddUsers = [],
  front,
  headers = [],
}: ProbeOptions): SessionSpec[] {
  if (oneCookie !== undefined) return oneCookie.map(() => ({ keeps: 'one-cookie' }))
  const plain: SessionSpec = { keeps: keepAlive ? 'connection' : 'nothing' }
  if (users === 0 && oddUsers.length === 0) return [plain]
  const header = userHeader(front)
  // Who says the same in it for all is one user.
  const isSaid = headers.some(([name]) => isSameHeader(name, header))
  const says = header === undefined || isSaid ? {} : { header }
  const jars = Array.from({ length: users }, (): SessionSpec => ({ keeps: 'cookies', ...says }))
  jars.push(...oddUsers.map((habit): SessionSpec => ({ keeps: 'cookies', ...says, ...habit })))
  return withoutControl === true ? jars : [...jars, plain]
}

/** The header by which something in front tells users apart, where it does. */
function userHeader(front: Front | undefined): string | undefined {
  const policies = (front?.places ?? []).map(({ policy }) => policy)
  return policies.flatMap((policy) => (policy.kind === 'header' ? (policy.name ?? []) : []))[0]
}

/** What the agent does for a session. */
export function agentSession(
  session: SessionSpec,
  index: number,
  runId: string,
  { oneCookie }: Pick<ProbeOptions, 'oneCookie'>,
): AgentSession {
  if (session.keeps === 'one-cookie') return { header: ['Cookie', oneCookie?.[index] ?? ''] }
  if (session.keeps !== 'cookies') return {}
  const { header, pastEnd, without } = session
  return {
    jar: true,
    ...defined({ pastEnd, without }),
    ...(header === undefined ? {} : { header: [header, `affinity-probe-${runId}-${index}`], isOwn: true }),
  }
}
