import { describe, expect, test } from 'vitest'
import type { Service } from '../../../../src/model/cluster/kubernetes.ts'
import { stillLeads } from '../../../../src/probe/run/around/leads.ts'
import { Cell } from '../../../../src/probe/count/cell.ts'
import { NodeClock } from '../../../../src/probe/run/clock.ts'
import { rangesOf } from '../../../../src/probe/count/held.ts'
import { Recogniser } from '../../../../src/probe/count/recognise.ts'
import type { SurveyEntry } from '../../../../src/model/probe/results/survey.ts'
import { seeded } from '../../judge/simulate.ts'
import { pod } from '../endpoints.ts'

const entry: SurveyEntry = {
  index: 0,
  kind: 'cluster-ip',
  host: '10.0.0.1',
  port: 80,
  servicePort: 80,
  protocol: 'TCP',
  family: 'IPv4',
}

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', uid: '1' },
  spec: { clusterIP: '10.0.0.1', selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
})

describe('whether an entry still leads to a Service', () => {
  test.each<[string, Service, boolean]>([
    ['as it was', service(), true],
    ['with affinity', service({ sessionAffinity: 'ClientIP' }), true],
    ['with other pods', service({ selector: { app: 'new' } }), true],
    ['at another address', service({ clusterIP: '10.0.0.2' }), false],
    ['without the port', service({ ports: [{ port: 81 }] }), false],
    ['by another name of the port', service({ ports: [{ port: 80, name: 'http' }] }), false],
    ['of its own node only', service({ internalTrafficPolicy: 'Local' }), true],
  ])('%s', (_, now, leads) => {
    expect(stillLeads(entry, service(), now)).toBe(leads)
  })

  test('at a node port', () => {
    const before = service({ ports: [{ port: 80, nodePort: 30_001 }] })
    const at = { ...entry, kind: 'node-port' } as const
    expect(stillLeads(at, before, before)).toBe(true)
    expect(stillLeads(at, before, service({ ports: [{ port: 80, nodePort: 30_002 }] }))).toBe(false)
  })
})

// One request each 100 ms, from 0 to 60 s; the Service is looked at every second.
const epoch = 1_700_000_000_000
const sticky = service({ sessionAffinity: 'ClientIP' })
const pods = [0, 1, 2].map((index) => pod(`pod-${index}`, index))

function verdictOf(
  podAt: (request: number) => number,
  second: Service | undefined,
  first = service(),
  changedMs = 30_000,
): ReturnType<Cell['judge']>['verdict'] {
  const recogniser = new Recogniser({ kind: 'auto' }, pods)
  const expectation = { behaviour: 'spread', because: 'it is configured' } as const
  const cell = new Cell({ entry, expectation, recogniser, endpoints: pods, cells: 1 })
  cell.view.placeAt({ place: 'pod', node: 'node1' })
  const clock = new NodeClock(epoch)
  clock.heard(epoch, 0)
  cell.view.start(clock)
  for (let index = 0; index < 600; index++)
    cell.add({
      number: index + 1,
      target: 0,
      atMs: index * 100,
      latencyMs: 2,
      outcome: 'answered',
      newConnection: true,
      identity: { source: 'body', value: `pod-${podAt(index)}` },
    })
  const held = [
    { fromMs: epoch - 1000, toMs: epoch + changedMs - 1000, service: first },
    { fromMs: epoch + changedMs, toMs: epoch + 90_000, service: second },
  ]
  cell.learn({ serviceChanges: ['something'], held: rangesOf(held, entry, undefined), shares: 'even' })
  return cell.judge(cell.parts(), { acceptedError: 1e-6, cutShort: false }).verdict
}

const random = seeded(1)
const picks = Array.from({ length: 600 }, () => Math.floor(random() * 3))
const anyPod = (request: number): number => picks[request]!

describe('a Service that is changed in the middle', () => {
  test('is judged before and after by what held then', () => {
    const verdict = verdictOf((request) => (request < 300 ? anyPod(request) : 1), sticky)
    expect(verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'service-changed' })
    expect(verdict.stretches).toMatchObject([
      { fromMs: 0, toMs: 28_500, behaviour: 'spread', expected: 'spread', result: 'as-expected' },
      { fromMs: 32_000, toMs: 59_900, behaviour: 'sticky', expected: 'sticky', result: 'as-expected' },
    ])
  })

  test('that does not do what it is changed to differs', () => {
    const verdict = verdictOf(anyPod, sticky)
    expect(verdict).toMatchObject({ result: 'differs', expected: 'sticky' })
    expect(verdict.reason).toBeUndefined()
    expect(verdict.stretches).toMatchObject([{ result: 'as-expected' }, { result: 'differs' }])
  })

  test('a proxy that follows late does not differ', () => {
    const slow = (request: number): number => (request < 380 ? anyPod(request) : 1)
    expect(verdictOf(slow, sticky)).toMatchObject({
      reason: 'service-changed',
      stretches: [{ result: 'as-expected' }, { fromMs: 40_000, behaviour: 'sticky', result: 'as-expected' }],
    })
  })

  test('is not judged once it is gone', () => {
    const verdict = verdictOf(() => 1, undefined, sticky)
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'service-changed' })
    expect(verdict.stretches).toMatchObject([{ behaviour: 'sticky', result: 'as-expected', toMs: 28_500 }])
  })

  test('to pick on each node only has nothing to show where one endpoint is there', () => {
    const local = service({ internalTrafficPolicy: 'Local' })
    const verdict = verdictOf((request) => (request < 300 ? anyPod(request) : 1), local)
    expect(verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'service-changed' })
    expect(verdict.stretches).toMatchObject([
      { behaviour: 'spread', result: 'as-expected' },
      { behaviour: 'inconclusive', reason: 'one-endpoint', policyLocal: true },
    ])
    expect(verdict.stretches?.[0]?.policyLocal).toBeUndefined()
  })

  test('a move at the change itself breaks nothing', () => {
    const verdict = verdictOf((request) => (request < 300 ? 1 : 2), sticky, sticky)
    expect(verdict.stretches).toMatchObject([{ result: 'as-expected' }, { result: 'as-expected' }])
  })

  test('while something else was asked is judged by what held meanwhile', () => {
    const after = verdictOf(() => 1, sticky, service(), -5000)
    expect(after).toMatchObject({ behaviour: 'sticky', expected: 'sticky', result: 'as-expected' })
    expect(after.reason).toBeUndefined()
    expect(after.stretches).toMatchObject([{ policy: { kind: 'client-ip' }, toMs: 59_900 }])
    const before = verdictOf(anyPod, sticky, service(), 70_000)
    expect(before).toMatchObject({ behaviour: 'spread', expected: 'spread', result: 'as-expected' })
    expect(verdictOf(anyPod, sticky, service(), -5000)).toMatchObject({ result: 'differs' })
  })

  test('so shortly before the first request that its proxy may not have followed leaves it open', () => {
    expect(verdictOf(() => 1, sticky, service(), -500)).toMatchObject({
      reason: 'service-changed',
      stretches: [{ behaviour: 'sticky', fromMs: 1500 }],
    })
  })
})
