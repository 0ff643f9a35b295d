import { describe, expect, it } from 'vitest'
import { mapOrdered } from '../../../src/change/ordered.ts'
import {
  type AskNode,
  type NodeAnswer,
  type WatchedPlace,
  waitForNode,
  waitUntilServed,
} from '../../../src/change/wait.ts'
import type { Cluster } from '../../../src/cluster/index.ts'
import type { ChangeDone } from '../../../src/model/affinity/change.ts'
import type { Policy, ServicePolicy } from '../../../src/model/affinity/policy.ts'
import { renderWait } from '../../../src/report/change/wait.ts'

/** A cluster that has nothing but nodes. */
const twoNodes = {
  list: () => nodesOf('a', 'b'),
} as unknown as Cluster

async function* nodesOf(...names: string[]) {
  for (const name of names)
    yield await Promise.resolve({
      metadata: { name },
      spec: {},
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    })
}

const target = { kind: 'service', namespace: 'shop', name: 'web' }

/** Answers one after the other, a second each; the deadline comes when they are used up. */
function asked(answers: (NodeAnswer['kind'] | 'uneven' | Error)[]) {
  const deadline = new AbortController()
  let at = 0
  const ask: AskNode = async () => {
    at += 1000
    const answer = answers.shift()
    await Promise.resolve()
    if (answers.length === 0 && answer !== 'served') deadline.abort()
    if (answer instanceof Error) throw answer
    return answer === 'served'
      ? { kind: 'served', atMs: at }
      : answer === 'untold'
        ? { kind: 'untold', why: 'one-endpoint' }
        : { kind: 'not-yet', ...(answer === 'uneven' ? { why: 'uneven-shares' } : {}) }
  }
  return waitForNode(
    { target, node: 'node1', expect: 'sticky' },
    { ask, now: () => at, changedAtMs: 0, deadline: deadline.signal },
  )
}

describe('waiting for a node', () => {
  it('asks until it serves the change', async () => {
    expect(await asked(['not-yet', 'not-yet', 'served'])).toMatchObject({ kind: 'served', afterMs: 3000 })
  })

  it('gives up at the deadline, also where that ends a probe', async () => {
    expect(await asked(['not-yet', 'not-yet'])).toMatchObject({ kind: 'late', afterMs: 2000 })
    expect(await asked(['not-yet', new Error('aborted')])).toMatchObject({ kind: 'late' })
  })

  it('does not ask again who will never tell, and lets failures through', async () => {
    expect(await asked(['untold', 'served'])).toMatchObject({ kind: 'untold', why: 'one-endpoint' })
    await expect(asked([new Error('forbidden'), 'served'])).rejects.toThrow('forbidden')
  })

  it('asks again who may tell later, and says at the deadline what was in the way', async () => {
    expect(await asked(['uneven', 'served'])).toMatchObject({ kind: 'served' })
    const aborted = new Error('aborted')
    expect(await asked(['uneven', aborted])).toMatchObject({ kind: 'untold', why: 'uneven-shares' })
    expect(await asked(['uneven', 'not-yet', aborted])).toMatchObject({ kind: 'late' })
  })

  it('looks on every node for what was asked of each Service', async () => {
    const seen: WatchedPlace[] = []
    const ask: AskNode = async (place) => {
      seen.push(place)
      return await Promise.resolve({ kind: 'served', atMs: 5 })
    }
    const none = { kind: 'none' } as const
    const sticky = { kind: 'client-ip', timeoutSeconds: 60 } as const
    const done = (name: string, before: ServicePolicy, after: ServicePolicy): ChangeDone => ({
      kind: 'patched',
      target: { kind: 'service', namespace: 'shop', name },
      before,
      after,
      timeoutIsDefault: false,
      objects: [],
      warnings: [],
    })
    const outcomes = [done('on', none, sticky), done('off', sticky, none)]
    const options = { ask, limitMs: 1000, now: () => 0, changedAtMs: 0 }
    const steps = waitUntilServed(twoNodes, outcomes, options, new AbortController().signal)
    const reports = await Array.fromAsync(steps)
    expect(reports.map(({ kind }) => kind)).toStrictEqual(['done'])
    expect(seen.map(({ target: { name }, node, expect: what }) => `${name} ${node} ${what}`)).toStrictEqual([
      'on a sticky',
      'on b sticky',
      'off a spread',
      'off b spread',
    ])
  })

  it('looks once where a gateway listens, for the cookie that was asked for, and lists no nodes', async () => {
    const seen: WatchedPlace[] = []
    const ask: AskNode = async (place) => {
      seen.push(place)
      return await Promise.resolve({ kind: 'served', atMs: 1234 })
    }
    const route = (name: string): Policy => ({ kind: 'cookie', name })
    const done = (kind: string, before: Policy, after: Policy): ChangeDone => ({
      kind: 'patched',
      target: { kind, namespace: 'shop', name: 'web' },
      before,
      after,
      timeoutIsDefault: false,
      objects: [],
      warnings: [],
    })
    const outcomes = [
      done('ingress', { kind: 'none' }, route('a')),
      done('httproute', route('a'), route('b')),
      done('service', { kind: 'none' }, route('c')),
      done('virtualservice', { ...route('d'), ttlSeconds: 1 } as Policy, route('d')),
      done('ingressroute', route('e'), { kind: 'none' }),
    ]
    const options = { ask, limitMs: 1000, now: () => 0, changedAtMs: 0 }
    const noNodes = {} as Cluster
    const reports = await Array.fromAsync(
      waitUntilServed(noNodes, outcomes, options, new AbortController().signal),
    )
    expect(
      seen.map(({ target: { kind }, node, cookie, expect: what }) => [kind, node, cookie, what]),
    ).toStrictEqual([
      ['ingress', undefined, 'a', 'sticky'],
      ['httproute', undefined, 'b', 'sticky'],
      ['service', undefined, 'c', 'sticky'],
      ['ingressroute', undefined, undefined, 'spread'],
    ])
    expect(reports.map(({ kind }) => kind)).toStrictEqual(['timeout-only', 'done'])
    expect(reports.map((report) => renderWait(report).answer)).toContain(
      [
        'ingress/web served as changed through its gateway, seen 1.2s after the change',
        'httproute/web served as changed through its gateway, seen 1.2s after the change',
        'service/web served as changed through its gateway, seen 1.2s after the change',
        'ingressroute/web served as changed through its gateway, seen 1.2s after the change',
        '',
      ].join('\n'),
    )
  })

  it('is told in a line for each Service, with what went wrong apart', () => {
    const result = (node: string, kind: 'served' | 'late' | 'untold', afterMs: number, why?: string) => ({
      target,
      node,
      kind,
      afterMs,
      ...(why === undefined ? {} : { why }),
    })
    expect(
      renderWait({
        kind: 'done',
        limitMs: 60_000,
        unusable: [{ name: 'cp', why: 'tainted node-role.kubernetes.io/control-plane' }],
        results: [
          result('a', 'served', 1234),
          result('b', 'served', 900),
          result('c', 'late', 60_000),
          result('d', 'untold', 1, 'no-answers'),
          result('e', 'untold', 1, 'backends-not-told-apart'),
        ],
      }),
    ).toStrictEqual({
      answer: 'service/web served as changed on a and b, seen 1.2s after the change\n',
      problems: [
        'error: service/web was not served as changed on c within 1m0s',
        'error: service/web on d: the probe cannot tell whether it is served as changed: no-answers',
        'error: service/web on e: the probe cannot tell whether it is served as changed: the answers do not say which pod gave them; see --path and --identify',
        'Warning: could not look from cp (tainted node-role.kubernetes.io/control-plane)',
        '',
      ].join('\n'),
    })
  })
})

describe('work that is done side by side', () => {
  it('comes in the order of its items, never more than the limit at once', async () => {
    let running = 0
    let most = 0
    const results = mapOrdered([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, item))
      running--
      return item * 10
    })
    expect(await Array.fromAsync(results)).toStrictEqual([50, 10, 40, 20, 30])
    expect(most).toBe(2)
  })

  it('rejects in its turn', async () => {
    const seen: number[] = []
    const run = async (): Promise<void> => {
      for await (const item of mapOrdered([1, 2, 3], 3, (item) =>
        item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item),
      ))
        seen.push(item)
    }
    await expect(run()).rejects.toThrow('two')
    expect(seen).toStrictEqual([1])
  })
})
