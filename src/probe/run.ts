import { randomBytes } from 'node:crypto'
import type { Cluster } from '../cluster/index.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import { announcement } from './announce.ts'
import { checkNode } from './check-node.ts'
import { agentCommand } from './clients/agent-command.ts'
import { jobName } from './clients/job.ts'
import { runClients } from './clients/run.ts'
import { Collector, type LiveRun } from './collect.ts'
import { followEndpoints } from './endpoint-watch.ts'
import { planProbe, type ProbeOptions } from './plan.ts'
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
  /** Do not even clean up any more. */
  abandoned: AbortSignal
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
  const { progress, interrupted, abandoned, report } = surroundings
  const run = {
    runId: randomBytes(4).toString('hex'),
    startedAt: new Date().toISOString(),
    begunMs: performance.now(),
  }
  const { runId } = run
  const { namespace } = options
  const [{ service, slices }] = await Promise.all([
    readService(cluster, namespace, options.service, interrupted),
    checkNode(cluster, options.node, interrupted),
  ])
  const subject = examineService(service, slices, options.port, options.protocol)
  const plan = planProbe(options, subject)
  for (const line of announcement(options, subject, plan, jobName(runId))) progress.note(line)
  const collector = new Collector({
    options,
    subject,
    plan,
    run,
    interrupted,
    onUpdate: progress.update,
    onStage: progress.stage,
    onNote: progress.note,
  })
  const watching = new AbortController()
  const spec = {
    runId,
    namespace,
    target: `service/${options.service}`,
    image: options.image,
    command: await agentCommand(plan.agent),
    clients: 1,
    ...(options.node === undefined ? {} : { node: options.node }),
    maxRunSeconds: plan.maxRunSeconds,
    podRunningTimeoutMs: options.podRunningTimeoutMs,
  }
  try {
    return await runClients(cluster, spec, collector, {
      interrupted,
      abandoned,
      onCreated: () => {
        collector.onCreated()
        const signal = AbortSignal.any([interrupted, watching.signal])
        followEndpoints(cluster, options, collector, signal)
      },
      whenEnded: async () => {
        const result = collector.result()
        await report(result)
        return result
      },
    })
  } finally {
    watching.abort()
  }
}
