import { describe, expect, test } from 'vitest'
import { hintText } from '../../../../../../src/cli/remedies.ts'
import type { Event, Pod } from '../../../../../../src/model/cluster/kubernetes.ts'
import {
  delayIn,
  endedEarly,
  podProgress,
  refusalIn,
} from '../../../../../../src/probe/run/clients/pods/pod-progress.ts'

const pod = (status: object, nodeName?: string): Pod =>
  ({ metadata: { name: 'p' }, spec: nodeName === undefined ? {} : { nodeName }, status }) as Pod

const waiting = (reason: string, message?: string) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'probe', image: 'node:24', state: { waiting: { reason, message } } }],
})

describe('podProgress', () => {
  const calm: [string, Pod, string][] = [
    ['nothing is known yet', pod({}), 'starting the probe pod'],
    ['it has a node', pod({ phase: 'Pending' }, 'node1'), 'starting the probe pod on node1'],
    ['its container is made', pod(waiting('ContainerCreating'), 'node1'), 'starting the probe pod on node1'],
    [
      'no node takes it',
      pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }] }),
      'waiting for a node: 0/2 nodes are available',
    ],
  ]
  for (const [name, object, text] of calm)
    test(`waits when ${name}`, () => expect(podProgress(object)).toStrictEqual({ kind: 'waiting', text }))

  for (const reason of ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'])
    test(`${reason} names the image, the node and the way out`, () => {
      const progress = podProgress(pod(waiting(reason, 'not found'), 'node1'))
      expect(progress).toMatchObject({
        kind: 'stuck',
        error: {
          message: 'the probe pod cannot start: image "node:24" could not be pulled on node1: not found',
          hints: [{ remedy: 'usable-image' }],
        },
      })
    })

  for (const reason of ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])
    test(reason, () => {
      expect(podProgress(pod(waiting(reason, 'why'), 'node1'))).toMatchObject({
        kind: 'stuck',
        error: { message: `the probe pod cannot start on node1: ${reason}: why` },
      })
    })

  test('runs and ends', () => {
    const container = (state: object) => pod({ containerStatuses: [{ name: 'probe', state }] })
    expect(podProgress(container({ running: {} }))).toStrictEqual({ kind: 'running' })
    expect(podProgress(container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))).toStrictEqual({
      kind: 'ended',
      exitCode: 137,
      message: 'OOMKilled',
    })
    expect(podProgress(pod({ phase: 'Failed', reason: 'Evicted', message: 'disk pressure' }))).toStrictEqual({
      kind: 'ended',
      exitCode: undefined,
      message: 'disk pressure',
    })
  })
})

describe('delayIn', () => {
  const event = (type: 'Normal' | 'Warning', reason: string, message: string): Event =>
    ({ type, reason, message }) as Event

  test('an image that is pulled, and what is in the way', () => {
    expect(delayIn(event('Normal', 'Pulling', 'Pulling image "node:24"'), 'node1')).toBe(
      'pulling image "node:24" on node1',
    )
    expect(delayIn(event('Warning', 'FailedCreatePodSandBox', 'no address left'), 'node1')).toBe(
      'starting the probe pod on node1: no address left',
    )
  })

  test('nothing else', () => {
    expect(delayIn(event('Normal', 'Scheduled', 'assigned'), 'node1')).toBeUndefined()
    expect(delayIn(event('Warning', 'FailedScheduling', '0/2 nodes'), undefined)).toBeUndefined()
  })
})

describe('endedEarly', () => {
  test.each([
    [['node: not found', 'exit code 127'], 'needs Node'],
    [[''], 'needs Node'],
    [['', 'OOMKilled'], 'it was given too little memory: see what a LimitRange'],
  ])('%j', (said, hint) => {
    const { message, hints } = endedEarly(said, 'needs Node')
    expect(message).not.toMatch(/: $/)
    expect(hints.map((one) => hintText(one))).toEqual([expect.stringContaining(hint)])
  })
})

describe('refusalIn', () => {
  const event = (message: string, more: Partial<Event> = {}): Event =>
    ({ metadata: { namespace: 'shop' }, type: 'Warning', reason: 'FailedCreate', message, ...more }) as Event

  const refusals: [string, RegExp][] = [
    [
      'Error creating: pods "x" is forbidden: exceeded quota: q',
      /free some quota.* kubectl describe resourcequota -n shop$/,
    ],
    ['Error creating: pods "x" is forbidden: failed quota: q: must specify limits.cpu', /LimitRange/],
    [
      'Error creating: pods "x" is forbidden: maximum cpu usage per Container is 500m, but limit is 1',
      / kubectl describe limitrange -n shop$/,
    ],
    [
      'Error creating: pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 20.000000',
      / kubectl describe limitrange -n shop$/,
    ],
    ['Error creating: pods "x" is forbidden: violates PodSecurity "restricted"', /mutating webhooks/],
    ['Error creating: admission webhook "policy" denied the request: no', /an admission webhook or a policy/],
  ]
  for (const [message, hint] of refusals)
    test(message.slice(16), () => {
      const refusal = refusalIn(event(message))
      expect(refusal?.message).toBe(`the cluster refuses the probe pod: ${message.slice(16)}`)
      expect(refusal?.hints.map(hintText).join()).toMatch(hint)
    })

  test('other events say nothing', () => {
    expect(refusalIn(event('Created pod: x', { type: 'Normal', reason: 'SuccessfulCreate' }))).toBeUndefined()
    expect(refusalIn(event('Back-off', { reason: 'BackOff' }))).toBeUndefined()
  })
})
