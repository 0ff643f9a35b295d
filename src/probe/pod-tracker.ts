import { type Cluster, isForbidden, watchList } from '../cluster/index.ts'
import type { Event, Pod } from '../model/kubernetes.ts'
import { UserError } from '../model/user-error.ts'
import { jobName, runLabel } from './job.ts'
import { eventsPath, podsPath } from '../cluster/paths.ts'
import { delayIn, podProgress, refusalIn } from './pod-progress.ts'

export interface TrackOptions {
  namespace: string
  runId: string
  /** Ends the watches. */
  signal: AbortSignal
  /** Told what the pod waits for, each time it is something else. */
  onStage: (text: string) => void
}

/** Follows the one pod of a run: whether it runs, and why it does not. */
export interface PodTracker {
  /** The pod as last seen. */
  readonly pod: Pod | undefined
  /** True once its container has ended or the pod is gone. */
  readonly ended: boolean
  /** Why the container ended, in the kubelet's words; empty when it said nothing. */
  readonly endMessage: string
  /** Resolves when the container has started (or has ended already). Rejects with UserError when it never will. */
  started(timeoutMs: number): Promise<Pod>
}

const deletedMessage = 'the probe pod was deleted'

/** A pod that waits longer than this is asked why, in milliseconds. */
const patienceMs = 1000

/** Starts to watch. Rejections of the watches reach `started`. */
export function trackPod(cluster: Cluster, options: TrackOptions): PodTracker {
  const { namespace, runId, signal, onStage } = options
  const start = Promise.withResolvers<Pod>()
  // Nobody may be waiting when a watch fails after the start.
  start.promise.catch(() => {})
  const state: { pod?: Pod; ended: boolean; endMessage: string; status: string; waitingFor: string } = {
    ended: false,
    endMessage: '',
    status: '',
    waitingFor: 'the Job controller has not made a pod yet',
  }
  // What events explain is of no use any more once the pod runs.
  const started = new AbortController()
  const explaining = AbortSignal.any([signal, started.signal])
  const waitFor = (text: string): void => {
    if (started.signal.aborted) return
    state.waitingFor = text
    onStage(text)
  }

  const onPod = (pod: Pod): void => {
    state.pod = pod
    // The agent says good-bye before its pod is gone.
    if (pod.metadata.deletionTimestamp !== undefined) state.endMessage = deletedMessage
    const progress = podProgress(pod)
    if (progress.kind === 'stuck') start.reject(progress.error)
    else if (progress.kind === 'waiting') {
      // Events say more than a status that has not changed.
      if (progress.text !== state.status) waitFor(progress.text)
      state.status = progress.text
    } else {
      started.abort()
      if (progress.kind === 'ended') {
        state.ended = true
        state.endMessage ||= progress.message
      }
      start.resolve(pod)
    }
  }

  const watchPods = async (): Promise<void> => {
    const query = { labelSelector: `${runLabel}=${runId}` }
    for await (const event of watchList<Pod>(cluster, podsPath(namespace), { query, signal })) {
      if (event.type === 'added' || event.type === 'modified') {
        if (state.pod === undefined) explainPod(event.object)
        onPod(event.object)
      }
      if (event.type === 'deleted') {
        state.ended = true
        state.endMessage = deletedMessage
        start.reject(new UserError('the probe pod was deleted by someone else before it ran'))
      }
    }
  }

  /** Tells of each event of an object until the pod has started. */
  const watchEvents = async (kind: string, name: string, onEvent: (event: Event) => void): Promise<void> => {
    const query = { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` }
    try {
      const events = watchList<Event>(cluster, eventsPath(namespace), { query, signal: explaining })
      for await (const event of events)
        if (event.type === 'added' || event.type === 'modified') onEvent(event.object)
    } catch (error) {
      // Events only explain; who may not read them still gets an answer, at the latest after the time limit.
      if (!isForbidden(error)) throw error
    }
  }

  const watchRefusals = (): Promise<void> =>
    watchEvents('Job', jobName(runId), (event) => {
      const refusal = refusalIn(event)
      if (refusal !== undefined) start.reject(refusal)
    })

  /** Most pods run before anybody wonders; of the others the kubelet's events say what takes so long. */
  const explainPod = ({ metadata }: Pod): void => {
    const timer = setTimeout(() => {
      watchEvents('Pod', metadata.name, (event) => {
        const text = delayIn(event, state.pod?.spec.nodeName)
        if (text !== undefined) waitFor(text)
      }).catch(() => {})
    }, patienceMs)
    explaining.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  for (const watch of [watchPods, watchRefusals]) {
    watch().catch((error: unknown) => {
      if (!signal.aborted) start.reject(error)
    })
  }

  return {
    get pod() {
      return state.pod
    },
    get ended() {
      return state.ended
    },
    get endMessage() {
      return state.endMessage
    },
    started: async (timeoutMs) => {
      let timer: NodeJS.Timeout | undefined
      const limit = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(
            new UserError(
              `the probe pod did not start within ${Math.round(timeoutMs / 1000)}s: ${state.waitingFor}`,
              {
                hints: ['wait longer with --pod-running-timeout'],
              },
            ),
          )
        }, timeoutMs)
      })
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      aborted.catch(() => {})
      try {
        return await Promise.race([start.promise, limit, aborted])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
