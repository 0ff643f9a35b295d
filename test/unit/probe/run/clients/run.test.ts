import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { type Cluster, ConnectionError } from '../../../../../src/cluster/index.ts'
import { runClients } from '../../../../../src/probe/run/clients/run.ts'
import type { ClientEvent, ClientsSpec } from '../../../../../src/probe/run/clients/spec.ts'

afterEach(() => void vi.restoreAllMocks())

/** A cluster whose API server goes away for good when the log of the only pod is read. */
function dyingCluster(onRefusal: () => void): Cluster {
  let isAway = false
  const unlessAway = async <T>(answer: T): Promise<T> => {
    if (isAway) {
      onRefusal()
      throw new ConnectionError('refused', 'connection refused')
    }
    return await Promise.resolve(answer)
  }
  const pod = {
    metadata: {
      name: 'affinity-probe-abc-0-xxxxx',
      uid: 'uid',
      annotations: { 'batch.kubernetes.io/job-completion-index': '0' },
    },
    spec: { nodeName: 'node1' },
    status: { phase: 'Running', containerStatuses: [{ name: 'probe', state: { running: {} } }] },
  }
  return {
    server: 'https://test',
    create: async () => await unlessAway({}),
    delete: async () => await unlessAway({}),
    get: async (path: string) =>
      await unlessAway({
        metadata: { resourceVersion: '1' },
        items: path.endsWith('/pods') ? [pod] : [],
      }),
    stream: async (path: string, { signal }: { signal: AbortSignal }) => {
      if (path.endsWith('/log')) isAway = true
      return await unlessAway(silence(signal))
    },
  } as unknown as Cluster
}

async function* silence(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await sleep(60_000, undefined, { signal })
  yield new Uint8Array()
}

const spec: ClientsSpec = {
  runId: 'abc',
  namespace: 'shop',
  target: 'service/web',
  image: { image: 'node:24', agent: 'node' } as unknown as ClientsSpec['image'],
  agent: { targets: [], needles: [], identify: { kind: 'auto' } } as unknown as ClientsSpec['agent'],
  clients: 1,
  maxRunSeconds: 60,
  podRunningTimeoutMs: 60_000,
}

test('a run ends when its API server does not come back before the deadline of the Job', async () => {
  let aheadMs = 0
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs)
  const never = new AbortController().signal
  const cluster = dyingCluster(() => void (aheadMs += 120_000))
  const events: ClientEvent[] = []
  const running = async (): Promise<void> => {
    for await (const event of runClients(cluster, spec, { interrupted: never, abandoned: never }))
      events.push(event)
  }
  await expect(running()).rejects.toMatchObject({ problem: 'refused' })
  // 5 minutes to start, and one to run.
  expect(aheadMs).toBeGreaterThanOrEqual(360_000)
  expect(events.filter(({ kind }) => kind === 'note')).toStrictEqual([
    {
      kind: 'note',
      text: 'the connection to the API server is lost; the probe goes on, trying to reconnect',
    },
    { kind: 'note', text: 'Warning: job/affinity-probe-abc may be left in namespace "shop"; remove it with' },
    { kind: 'note', text: '  kubectl delete job affinity-probe-abc -n shop' },
  ])
})
