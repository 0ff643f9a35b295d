import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../../../../src/cluster/index.ts'
import type { Pod } from '../../../../../../src/model/cluster/kubernetes.ts'
import { PodTracker } from '../../../../../../src/probe/run/clients/pods/pod-tracker.ts'

const pod = (client: number, state: object, uid = `uid-${client}`): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `affinity-probe-abc-${client}-xxxxx`,
    uid,
    annotations: { 'batch.kubernetes.io/job-completion-index': String(client) },
  },
  spec: { nodeName: 'node1' },
  status: { phase: 'Pending', containerStatuses: [{ name: 'probe', image: 'node:24', state }] },
})

const running = { running: {} }
const creating = { waiting: { reason: 'ContainerCreating' } }
const failing = { waiting: { reason: 'ErrImagePull', message: 'not found' } }

/** A cluster whose pods are these, and where nothing happens afterwards but what `refusals` say. */
function clusterOf(pods: readonly Pod[], refusals: readonly string[] = []): Cluster {
  const items = (path: string): object[] => {
    if (path.endsWith('/pods')) return [...pods]
    return refusals.map((message, index) => ({
      metadata: { name: `event-${index}`, uid: `event-${index}` },
      type: 'Warning',
      reason: 'FailedCreate',
      message,
    }))
  }
  return {
    server: 'https://test',
    get: async (path: string) =>
      await Promise.resolve({ metadata: { resourceVersion: '1' }, items: items(path) }),
    stream: async (_path: string, { signal }: { signal: AbortSignal }) =>
      await Promise.resolve(silence(signal)),
  } as unknown as Cluster
}

async function* silence(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await sleep(60_000, undefined, { signal })
  yield new Uint8Array()
}

async function outcomes(
  pods: readonly Pod[],
  clients: number,
  refusals: readonly string[] = [],
  timeoutMs = 150,
  waitsForImage = false,
) {
  const stop = new AbortController()
  const stages: string[] = []
  const tracker = new PodTracker(clusterOf(pods, refusals), {
    namespace: 'shop',
    runId: 'abc',
    clients,
    timeoutMs,
    waitsForImage,
    signal: stop.signal,
    onStage: (text) => stages.push(text),
  })
  const all = await Promise.allSettled(
    Array.from({ length: clients }, (_, client) => tracker.started(client)),
  )
  stop.abort()
  const words = all.map((one) => (one.status === 'fulfilled' ? one.value.metadata.name : String(one.reason)))
  return { words, stages, tracker }
}

describe('the pods of several clients', () => {
  test('each is known by its number, whatever the order', async () => {
    const { words } = await outcomes([pod(2, running), pod(0, running), pod(1, running)], 3)
    expect(words).toStrictEqual([0, 1, 2].map((client) => `affinity-probe-abc-${client}-xxxxx`))
  })

  test('an image that cannot be pulled ends the wait at once, unless somebody said how long to wait', async () => {
    const soon = performance.now()
    const hasty = await outcomes([pod(0, failing)], 1, [], 60_000)
    expect(performance.now() - soon).toBeLessThan(30_000)
    const patient = await outcomes([pod(0, failing)], 1, [], 150, true)
    expect(patient.words).toStrictEqual(hasty.words)
    expect(patient.words[0]).toMatch(/image "node:24" could not be pulled on node1: not found/)
    expect(patient.stages).toStrictEqual([
      'the probe pod cannot start: image "node:24" could not be pulled on node1: not found',
    ])
    expect(hasty.stages).toStrictEqual([])
  })

  test('those that do not start in time fail, and the others run', async () => {
    const { words } = await outcomes([pod(0, running), pod(1, creating)], 3)
    expect(words[0]).toMatch(/-0-xxxxx/)
    expect(words[1]).toMatch(/did not start within 0s: starting the probe pod on node1/)
    expect(words[2]).toMatch(/the Job controller has not made a pod yet/)
  })

  test('one whose image cannot be pulled fails at once, and alone', async () => {
    const { words } = await outcomes([pod(0, failing), pod(1, running)], 2)
    expect(words[0]).toMatch(/image "node:24" could not be pulled on node1: not found/)
    expect(words[1]).toMatch(/-1-xxxxx/)
  })

  test('a refusal ends the wait of one client at once, and of many for those without a pod only', async () => {
    const refusal = ['Error creating: pods "x" is forbidden: exceeded quota: full']
    expect((await outcomes([], 1, refusal, 5000)).words[0]).toMatch(/exceeded quota: full/)
    const { words } = await outcomes([pod(0, running)], 2, refusal, 5000)
    expect(words[0]).toMatch(/-0-xxxxx/)
    expect(words[1]).toMatch(/exceeded quota: full/)
  })

  test('a second pod of the same client is none of this run', async () => {
    const { words } = await outcomes([pod(0, failing, 'first'), pod(0, running, 'second')], 1)
    expect(words[0]).toMatch(/could not be pulled/)
  })

  test('an interrupt ends every wait with its reason', async () => {
    const stop = new AbortController()
    const tracker = new PodTracker(clusterOf([pod(0, creating)]), {
      namespace: 'shop',
      runId: 'abc',
      clients: 2,
      timeoutMs: 60_000,
      signal: stop.signal,
      onStage: () => {},
    })
    const waits = Promise.allSettled([tracker.started(0), tracker.started(1)])
    stop.abort(new Error('stopped'))
    for (const one of await waits)
      expect(one).toMatchObject({ status: 'rejected', reason: new Error('stopped') })
  })
})
