import { runProbe } from '../../probe/run.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { exitCodeOf, nextSteps, type ProbeSession, surroundingsOf } from './session.ts'

/** One client, one way into the Service. */
export async function probeOnce(session: ProbeSession): Promise<number> {
  const surroundings = surroundingsOf(session, session.format, renderProbe, nextSteps)
  const { verdict } = await runProbe(session.cluster, session.options, surroundings)
  return exitCodeOf(verdict.result)
}
