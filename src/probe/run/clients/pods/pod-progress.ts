import { type Hint, UserError } from '../../../../model/common/user-error.ts'
import type { Event, Pod } from '../../../../model/cluster/kubernetes.ts'

/** What the probe's pod is doing, for the person who waits. */
export type PodProgress =
  | { kind: 'waiting'; text: string }
  | { kind: 'running' }
  | { kind: 'ended'; exitCode: number | undefined; message: string }
  /** It will not start by itself; someone must mend something. */
  | { kind: 'stuck'; onImage: boolean; error: UserError }

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
])
const startReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
])

/** Reads a pod's status. The kubelet's and the scheduler's own words are kept: they can be searched for. */
export function podProgress(pod: Pod): PodProgress {
  const { status } = pod
  const container = status?.containerStatuses?.[0]
  const on = pod.spec.nodeName === undefined ? '' : ` on ${pod.spec.nodeName}`
  const ended = container?.state?.terminated
  if (ended !== undefined || status?.phase === 'Failed' || status?.phase === 'Succeeded') {
    const message = ended?.message ?? status?.message ?? ended?.reason ?? status?.reason ?? ''
    return { kind: 'ended', exitCode: ended?.exitCode, message }
  }
  if (container?.state?.running !== undefined) return { kind: 'running' }
  const waiting = container?.state?.waiting
  if (waiting?.reason !== undefined && pullReasons.has(waiting.reason)) {
    return { kind: 'stuck', onImage: true, error: imageError(container?.image ?? '', on, waiting) }
  }
  if (waiting?.reason !== undefined && startReasons.has(waiting.reason)) {
    return {
      kind: 'stuck',
      onImage: false,
      error: new UserError(`the probe pod cannot start${on}: ${waiting.reason}: ${waiting.message ?? ''}`),
    }
  }
  const scheduled = status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.status === 'False') {
    return {
      kind: 'waiting',
      text: `waiting for a node: ${scheduled.message ?? scheduled.reason ?? 'not scheduled'}`,
    }
  }
  return { kind: 'waiting', text: `starting the probe pod${on}` }
}

function imageError(image: string, on: string, waiting: { reason?: string; message?: string }): UserError {
  const words = waiting.message ?? waiting.reason ?? ''
  return new UserError(`the probe pod cannot start: image "${image}" could not be pulled${on}: ${words}`, {
    hints: [{ remedy: 'usable-image' }],
  })
}

/**
 * A pod of a probe ended before it sent a request.
 * @param said what it printed, and how it ended
 * @param needs what its image must hold, which is mostly the reason
 */
export function endedEarly(said: readonly string[], needs: Hint): UserError {
  const words = said.filter((text) => text !== '')
  const why = words.length > 0 ? `: ${words.join('\n  ')}` : ''
  return new UserError(`the probe pod ended before it sent a request${why}`, {
    hints: [
      words.some((text) => text.includes('OOMKilled'))
        ? 'it was given too little memory: see what a LimitRange of the namespace leaves it; by itself the probe has a limit of 192Mi'
        : needs,
    ],
  })
}

/** What an event of the pod says about a start that takes long: an image is pulled, or something is in the way. */
export function delayIn({ type, reason, message = '' }: Event, node: string | undefined): string | undefined {
  const on = node === undefined ? '' : ` on ${node}`
  if (reason === 'Pulling') return `${message.replace(/^Pulling/, 'pulling')}${on}`
  // A node that is missing is told by the pod's own status.
  if (type !== 'Warning' || reason === 'FailedScheduling') return undefined
  return `starting the probe pod${on}: ${message}`
}

/** The message of an event that says why no pod was made (quota, admission), or undefined for any other. */
export function refusalIn(event: Event): UserError | undefined {
  if (event.type !== 'Warning' || event.reason !== 'FailedCreate') return undefined
  const message = event.message ?? ''
  return new UserError(`the cluster refuses the probe pod: ${message.replace(/^Error creating: /, '')}`, {
    hints: [refusalHint(message, event.metadata.namespace ?? '')],
  })
}

function refusalHint(message: string, namespace: string): Hint {
  if (message.includes('exceeded quota')) {
    return `free some quota, or ask for more than 50m CPU and 64Mi memory, with limits of 1 CPU and 192Mi:  kubectl describe resourcequota -n ${namespace}`
  }
  if (/(?:maximum|minimum) \S+ usage per|max limit to request ratio per/.test(message)) {
    return `a LimitRange leaves no room for it, and with list on limitranges the probe asks for what fits:  kubectl describe limitrange -n ${namespace}`
  }
  if (message.includes('must specify limits.cpu') || message.includes('failed quota')) {
    return 'the quota of the namespace wants every pod to say more than the probe pod does; a LimitRange with defaults supplies it'
  }
  if (message.includes('violates PodSecurity') && message.includes('hostNetwork')) {
    return { remedy: 'pod-network' }
  }
  if (message.includes('violates PodSecurity')) {
    return 'the probe pod meets the "restricted" Pod Security Standard; something in the cluster changes it: see the mutating webhooks'
  }
  return 'see what refuses it in the message above: an admission webhook or a policy of the cluster'
}
