import { randomBytes } from 'node:crypto'
import { encodeConfig } from '../agent/config.ts'
import { type Cluster, isForbidden, isNotFound } from '../cluster/index.ts'
import type { Job } from '../model/kubernetes.ts'
import type { ProbeResult } from '../model/probe-result.ts'
import { UserError } from '../model/user-error.ts'
import { announcement } from './announce.ts'
import { collect, type LiveRun } from './collect.ts'
import { jobName, probeJob } from './job.ts'
import { jobsPath, nodePath } from '../cluster/paths.ts'
import { isMissingPermission, missingPermission } from './permissions.ts'
import { planProbe, type ProbeOptions, type ProbePlan } from './plan.ts'
import { trackPod } from './pod-tracker.ts'
import { examineService } from './preflight.ts'
import { readService } from './read.ts'
import { removeRun } from './remove.ts'

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

/** After so long somebody who waits for the prompt wants to know why, in milliseconds. */
const slowRemovalMs = 5000

/** How long the removal of the Job is tried when the API server is away, in milliseconds. */
const removalPatienceMs = 60_000

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
  const subject = examineService(service, slices, options.port)
  const plan = planProbe(options, subject)
  for (const line of announcement(options, subject, plan, jobName(runId))) progress.note(line)
  const watches = new AbortController()
  const signal = AbortSignal.any([interrupted, watches.signal])
  let ended = false
  try {
    await createJob(cluster, options, plan, runId, interrupted)
    const pod = trackPod(cluster, { namespace, runId, signal, onStage: progress.stage })
    progress.stage('starting the probe pod')
    const result = await collect(cluster, {
      options,
      subject,
      plan,
      run,
      pod,
      signal,
      interrupted,
      onUpdate: progress.update,
      onStage: progress.stage,
      onNote: progress.note,
    })
    ended = !interrupted.aborted
    await report(result)
    return result
  } catch (error) {
    throw withRole(error, namespace)
  } finally {
    watches.abort()
    const slow = setTimeout(() => progress.note(slowRemoval(runId, interrupted)), slowRemovalMs)
    const removed = await removeRun(cluster, {
      namespace,
      job: jobName(runId),
      runId,
      ended,
      patienceMs: removalPatienceMs,
      signal: abandoned,
    }).catch(() => false)
    clearTimeout(slow)
    if (!removed) for (const line of leftover(namespace, runId)) progress.note(line)
  }
}

/**
 * The bundle is CommonJS, whatever the image's NODE_OPTIONS say. A small young generation keeps an agent that reads large
 * answers far from its memory limit; nothing was seen to be slower with it.
 */
const nodeCommand = ['node', '--input-type=commonjs', '--max-semi-space-size=2', '-e']

async function createJob(
  cluster: Cluster,
  options: ProbeOptions,
  plan: ProbePlan,
  runId: string,
  signal: AbortSignal,
): Promise<void> {
  const { agentSource } = await import('../agent/bundle.generated.ts')
  const { namespace, service, image, node } = options
  const job = probeJob({
    runId,
    namespace,
    service,
    image,
    command: [...nodeCommand, agentSource, '--', ...encodeConfig(plan.agent)],
    ...(node === undefined ? {} : { node }),
    maxRunSeconds: plan.maxRunSeconds,
  })
  try {
    const query = { fieldManager: 'kubectl-affinity' }
    await cluster.create<Job>(jobsPath(namespace), job, { signal, query })
  } catch (error) {
    if (!isForbidden(error)) throw error
    const explained = withRole(error, namespace)
    if (explained !== error) throw explained
    const words = error.status.message ?? error.message
    throw new UserError(`the cluster refuses the probe's Job: ${words}`, { cause: error })
  }
}

/** The error that names the missing permission and the Role, where that is what failed. */
function withRole(error: unknown, namespace: string): unknown {
  if (!isForbidden(error)) return error
  const words = error.status.message ?? error.message
  return isMissingPermission(words) ? missingPermission(words, namespace, error) : error
}

/** A mistyped node would leave the pod waiting for it; who may not read nodes finds out that way. */
async function checkNode(cluster: Cluster, node: string | undefined, signal: AbortSignal): Promise<void> {
  if (node === undefined) return
  try {
    await cluster.get(nodePath(node), { signal })
  } catch (error) {
    if (isForbidden(error)) return
    if (!isNotFound(error)) throw error
    throw new UserError(error.status.message ?? error.message, {
      hints: ['see what there is:  kubectl get nodes'],
      cause: error,
    })
  }
}

function slowRemoval(runId: string, interrupted: AbortSignal): string {
  return `still removing job/${jobName(runId)}; ${interrupted.aborted ? 'another Ctrl-C' : 'Ctrl-C twice'} leaves it`
}

function leftover(namespace: string, runId: string): string[] {
  const job = jobName(runId)
  return [
    `Warning: job/${job} may be left in namespace "${namespace}"; remove it with`,
    `  kubectl delete job ${job} -n ${namespace}`,
  ]
}
