import type { Cluster } from '../cluster/index.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import { lookAround } from './around/look.ts'
import { UserError } from '../model/user-error.ts'
import { announcement } from './announce.ts'
import { leavesTraces, markerOf, tracesOf } from './attribution/marks.ts'
import { checkNode } from './clients/nodes.ts'
import { shellServes } from './clients/agent.ts'
import { askDirectly } from './direct/ask.ts'
import { Collector, type LiveRun, type RunObserver } from './collect.ts'
import { clientsSpec, newRun, observe } from './observe.ts'
import { findOrigin, originReport, originWords } from './origin.ts'
import { expectedOf, planProbe, type ProbeOptions } from './plan.ts'
import { examineService } from './preflight.ts'
import { readService } from './read.ts'

/** Where a probe says how it goes. */
export interface ProbeProgress {
  stage: (text: string) => void
  note: (text: string) => void
  update: (state: () => LiveRun) => void
}

export interface ProbeSurroundings {
  progress: ProbeProgress
  /** Stop, clean up, and report what was seen so far. */
  interrupted: AbortSignal
  /** Ends the run as if it had come to its own end. */
  finished?: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
  /** Makes who is told what happens as it happens, of a Service that has so many endpoints. */
  observerFor?: (expected: 'sticky' | 'spread', endpoints: number) => RunObserver
  /** Called with the result before the clean-up, so that nobody waits for it. */
  report: (result: ProbeResult) => Promise<void>
}

/**
 * Probes a Service: reads it, runs the agent in a Job, judges what it observed, removes the Job.
 * The Job is removed on every way out. Rejects with UserError for what the user can mend, with the errors of
 * src/cluster, or with the reason of `interrupted` when nothing had been observed yet.
 */
export async function runProbe(
  cluster: Cluster,
  options: ProbeOptions,
  surroundings: ProbeSurroundings,
): Promise<ProbeResult> {
  const { progress, finished, abandoned, report, observerFor } = surroundings
  const interrupted =
    finished === undefined ? surroundings.interrupted : AbortSignal.any([surroundings.interrupted, finished])
  const run = newRun()
  const { runId } = run
  const { namespace } = options
  const [{ service, slices }, originFor] = await Promise.all([
    readService(cluster, namespace, options.service, interrupted),
    findOrigin(cluster, options, interrupted),
    checkNode(cluster, options.node, interrupted),
  ])
  const subject = examineService(service, slices, options.port, options.protocol)
  const around = lookAround(cluster, service, interrupted)
  const planned = planProbe(options, subject)
  const { identify } = options
  const plan = { ...planned, agent: { ...planned.agent, ...tracesOf(identify, planned.agent, runId) } }
  const attribution = {
    cluster,
    namespace,
    mode: identify,
    protocol: subject.service.protocol,
    signal: interrupted,
  }
  if (identify.kind === 'access-log' || identify.kind === 'sockets') {
    const { checkAttribution } = await import('./attribution/attribute.ts')
    await checkAttribution(attribution, subject.endpoints)
  }
  // Endpoints are asked directly by Node only, and both are asked by the same image.
  const origin = originFor(options.fingerprint === true ? 'node' : plan.agent)
  if (origin.kind === 'container' && !shellServes(plan.agent)) {
    throw new UserError(
      `--in-pod speaks HTTP only, and port ${subject.service.port} is ${subject.service.protocol}`,
      { exitCode: 2 },
    )
  }
  for (const line of announcement(subject, plan, originWords(origin, options, runId))) progress.note(line)
  const direct =
    options.fingerprint === true && origin.kind === 'job'
      ? await askDirectly(
          cluster,
          options,
          { subject, plan, image: origin.image },
          { progress, interrupted, abandoned },
        )
      : undefined
  const observer = observerFor?.(expectedOf(options, subject.service.policy), subject.endpoints.length)
  const collector = new Collector({
    around,
    confirm: async (only) => {
      const { confirmName } = await import('./direct/confirm.ts')
      return await confirmName(cluster, only, interrupted)
    },
    direct,
    options,
    subject,
    plan,
    run,
    from: originReport(origin),
    interrupted,
    // A run that is watched is told as it goes, by its answers.
    ...(finished === undefined && leavesTraces(identify, plan.agent)
      ? {
          attribute: async (run) => {
            const { attribute } = await import('./attribution/attribute.ts')
            return await attribute({ ...attribution, marker: markerOf(runId) }, run)
          },
        }
      : {}),
    ...(finished === undefined ? {} : { finished }),
    ...(observer === undefined ? {} : { observer }),
    onUpdate: progress.update,
    onStage: progress.stage,
    onNote: progress.note,
  })
  const spec =
    origin.kind === 'job'
      ? clientsSpec(options, plan, origin.image, runId)
      : { ...origin.running, namespace, agent: plan.agent, maxRunSeconds: plan.maxRunSeconds }
  return await observe(cluster, options, spec, collector, { interrupted, abandoned, report })
}
