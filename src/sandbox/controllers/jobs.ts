import { at, type JsonObject, now, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { record } from './events.ts'
import { randomSuffix } from './names.ts'
import { createPod } from './pods.ts'
import { deletePod, isOwnedBy } from './owners.ts'
import { onChanges } from './reconciler.ts'
import { survive } from './survive.ts'

interface JobSpec {
  parallelism?: number
  completions?: number
  completionMode?: 'Indexed' | 'NonIndexed'
  backoffLimit?: number
  activeDeadlineSeconds?: number
  ttlSecondsAfterFinished?: number
  template: {
    metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
    spec: JsonObject
  }
}

/** A timer that is to take longer would end at once. */
const longestTimerMs = 2 ** 31 - 1

const indexLabel = 'batch.kubernetes.io/job-completion-index'

/** Jobs make pods until enough have succeeded, too many have failed, or the time is over. */
export function runJobs(store: ObjectStore): () => void {
  const timers = new Map<string, NodeJS.Timeout>()
  const later = (job: Resource, purpose: string, seconds: number, action: () => void): void => {
    const key = `${job.metadata.uid} ${purpose}`
    if (timers.has(key)) return
    timers.set(
      key,
      setTimeout(() => survive(store, job, action), Math.min(Math.max(0, seconds * 1000), longestTimerMs)),
    )
  }
  const reconcile = (job: Resource): void => {
    const spec = job['spec'] as JobSpec
    const pods = store.list(types.pods, job.metadata.namespace).filter((pod) => isOwnedBy(pod, job))
    // Its pods are found by it, as with `kubectl logs job/…`.
    const selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': job.metadata.uid } }
    if (!('selector' in spec)) store.update(types.jobs, job, () => ({ spec: { ...spec, selector } }))
    if (endOf(job) !== undefined) {
      const ttl = spec.ttlSecondsAfterFinished
      if (ttl === undefined) return
      // It may be changed while it runs.
      const left = ttl - secondsSince(endOf(job)?.lastTransitionTime)
      if (left <= 0) store.remove(types.jobs, job)
      else
        later(job, `ttl ${ttl}`, left, () => {
          const current = store.find(types.jobs, job.metadata.namespace, job.metadata.name)
          if (current?.metadata.uid === job.metadata.uid) reconcile(current)
        })
      return
    }
    const inPhase = (phase: string): Resource[] => pods.filter((pod) => at(pod, 'status', 'phase') === phase)
    const [succeeded, failed] = [inPhase('Succeeded'), inPhase('Failed')]
    const active = pods.filter(
      (pod) =>
        !succeeded.includes(pod) && !failed.includes(pod) && pod.metadata.deletionTimestamp === undefined,
    )
    const completions = spec.completions ?? spec.parallelism ?? 1
    if (succeeded.length >= completions)
      finish(store, job, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods', pods)
    else if (failed.length > (spec.backoffLimit ?? 6))
      finish(
        store,
        job,
        'Failed',
        'BackoffLimitExceeded',
        'Job has reached the specified backoff limit',
        pods,
      )
    else {
      const wanted = Math.min(spec.parallelism ?? 1, completions - succeeded.length)
      const taken = new Set(
        [...active, ...succeeded].map(({ metadata }) => metadata.annotations?.[indexLabel]),
      )
      for (let count = active.length; count < wanted; count += 1) if (!makePod(store, job, spec, taken)) break
      status(store, job, {
        active: wanted,
        ready: inPhase('Running').length,
        succeeded: succeeded.length,
        failed: failed.length,
      })
      const deadline = spec.activeDeadlineSeconds
      if (deadline !== undefined)
        later(job, 'deadline', deadline, () =>
          finish(
            store,
            job,
            'Failed',
            'DeadlineExceeded',
            'Job was active longer than specified deadline',
            [],
          ),
        )
    }
  }
  const stop = onChanges(
    store,
    [types.jobs, types.pods, types.resourcequotas],
    [{ type: types.jobs, reconcile }],
  )
  return () => {
    stop()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}

const endOf = (job: Resource): { lastTransitionTime: string } | undefined =>
  ((at(job, 'status', 'conditions') ?? []) as { type: string; lastTransitionTime: string }[]).find(
    ({ type }) => ['Complete', 'Failed'].includes(type),
  )

const secondsSince = (time: string | undefined): number => (Date.now() - Date.parse(time ?? '')) / 1000

function status(store: ObjectStore, job: Resource, counts: Record<string, number>, more: object = {}): void {
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  store.update(types.jobs, job, (object) => ({
    status: { startTime: at(object, 'status', 'startTime') ?? now(), ...shown, ...more },
  }))
}

function finish(
  store: ObjectStore,
  job: Resource,
  type: 'Complete' | 'Failed',
  reason: string,
  message: string,
  pods: Resource[],
): void {
  const count = (phase: string): number => pods.filter((pod) => at(pod, 'status', 'phase') === phase).length
  const time = now()
  for (const pod of store.list(types.pods, job.metadata.namespace)) {
    const isOver = ['Succeeded', 'Failed'].includes(String(at(pod, 'status', 'phase')))
    if (isOwnedBy(pod, job) && !isOver) deletePod(store, pod)
  }
  status(
    store,
    job,
    { succeeded: count('Succeeded'), failed: Math.max(count('Failed'), type === 'Failed' ? 1 : 0) },
    {
      ...(type === 'Complete' ? { completionTime: time } : {}),
      conditions: [{ type, status: 'True', reason, message, lastProbeTime: time, lastTransitionTime: time }],
    },
  )
  record(
    store,
    job,
    type === 'Complete' ? 'Normal' : 'Warning',
    type === 'Complete' ? 'Completed' : reason,
    message,
  )
}

/** Containers of an Indexed Job are told their number. */
function withIndex(spec: JsonObject): JsonObject {
  const fieldPath = `metadata.annotations['${indexLabel}']`
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath } } }
  const containers = (spec['containers'] ?? []) as { env?: unknown[] }[]
  return {
    ...spec,
    containers: containers.map((container) => ({ ...container, env: [...(container.env ?? []), variable] })),
  }
}

/** False when there is no room for it. */
function makePod(store: ObjectStore, job: Resource, spec: JobSpec, taken: Set<string | undefined>): boolean {
  const { name: jobName, uid } = job.metadata
  let index = 0
  while (taken.has(String(index))) index += 1
  const indexed = spec.completionMode === 'Indexed' ? { [indexLabel]: String(index) } : {}
  taken.add(String(index))
  const suffix = spec.completionMode === 'Indexed' ? `${index}-${randomSuffix()}` : randomSuffix()
  const { metadata } = spec.template
  const name = `${jobName}-${suffix}`
  const labels = {
    ...metadata?.labels,
    ...indexed,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': jobName,
    'controller-uid': uid,
    'job-name': jobName,
  }
  const own =
    spec.completionMode === 'Indexed'
      ? { hostname: `${jobName}-${index}`, ...withIndex(spec.template.spec) }
      : spec.template.spec
  const annotations = { ...metadata?.annotations, ...indexed }
  return createPod(store, job, { name, labels, annotations, spec: own })
}
