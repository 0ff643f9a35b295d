import { describe, expect, test } from 'vitest'
import type { Backend } from '../../../../../src/model/probe/backend.ts'
import type { Endpoint } from '../../../../../src/model/cluster/endpoint.ts'
import type {
  EndpointChange,
  SwitchExplanation,
} from '../../../../../src/model/probe/results/probe-result.ts'
import { diffEndpoints } from '../../../../../src/probe/count/endpoints/changes.ts'
import { EndpointHistory } from '../../../../../src/probe/count/endpoints/history.ts'
import { explainSwitches } from '../../../../../src/probe/count/endpoints/explain.ts'
import type { SwitchRecord } from '../../../../../src/probe/count/tally/switches.ts'
import { SwitchLog } from '../../../../../src/probe/count/tally/switches.ts'
import { pod } from '../../endpoints.ts'

const off = { ready: false, serving: false }
const leaving = { ready: false, serving: true, terminating: true }

describe('diffEndpoints', () => {
  const kinds = (before: Endpoint[], after: Endpoint[]) =>
    diffEndpoints(before, after, 5).map(({ kind, pod: name }) => `${kind} ${name}`)

  test.each<[string, Endpoint[], Endpoint[], string[]]>([
    ['nothing', [pod('a', 1)], [pod('a', 1)], []],
    ['added', [], [pod('a', 1)], ['added a']],
    ['removed', [pod('a', 1)], [], ['removed a']],
    ['not ready', [pod('a', 1)], [pod('a', 1, off)], ['not-ready a']],
    ['ready', [pod('a', 1, off)], [pod('a', 1)], ['ready a']],
    ['terminating', [pod('a', 1)], [pod('a', 1, leaving)], ['terminating a']],
    ['terminating ends', [pod('a', 1, leaving)], [], ['removed a']],
    ['same name, new pod', [pod('a', 1)], [pod('a', 2)], ['removed a', 'added a']],
    [
      'several',
      [pod('a', 1), pod('b', 2)],
      [pod('b', 2, off), pod('c', 3)],
      ['removed a', 'not-ready b', 'added c'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected)
  })
})

describe('explainSwitches', () => {
  const backends = new Map<string, Backend>()
  const backendOf = (name: string): Backend => {
    const backend = backends.get(name) ?? { letter: name, kind: 'pod', name }
    backends.set(name, backend)
    return backend
  }

  const change = (atMs: number, kind: EndpointChange['kind'], name: string): EndpointChange => ({
    atMs,
    kind,
    address: `10.0.0.${name.charCodeAt(0)}`,
    pod: name,
  })

  /** `A1000 B2000`: A answered last at 1 s, B first at 2 s; one answer per switch is enough. */
  const explanations = (
    run: string,
    changes: EndpointChange[],
  ): (SwitchExplanation['kind'] | undefined)[] => {
    const log = new SwitchLog()
    const answers = run.split(' ').map((text) => ({ name: text.slice(0, 1), atMs: Number(text.slice(1)) }))
    for (const [index, { name, atMs }] of answers.entries()) {
      const before = answers[index - 1]
      if (before === undefined || before.name === name) continue
      log.add(record(before.name, name, atMs, before.atMs))
    }
    return explainSwitches(log, changes).switches.map((found) => found.explanation?.kind)
  }

  const record = (from: string, to: string, atMs: number, previousMs: number): SwitchRecord => ({
    number: atMs,
    atMs,
    previousMs,
    from: backendOf(from),
    to: backendOf(to),
  })

  test('the reason comes before its effect, where one does', () => {
    const log = new SwitchLog()
    log.add(record('A', 'B', 5200, 5100))
    const told = (...changes: EndpointChange[]): number | undefined => {
      const [found] = explainSwitches(log, changes).switches
      return found?.explanation?.kind === 'endpoint-gone' ? found.explanation.change.atMs : undefined
    }
    expect(told(change(5000, 'terminating', 'A'), change(6000, 'removed', 'A'))).toBe(5000)
    expect(told(change(4000, 'terminating', 'A'), change(5000, 'removed', 'A'))).toBe(4000)
    // News may be late, by the clocks as by the way.
    expect(told(change(5300, 'terminating', 'A'), change(6300, 'removed', 'A'))).toBe(5300)
    expect(
      told(change(1000, 'not-ready', 'A'), change(2000, 'ready', 'A'), change(5300, 'terminating', 'A')),
    ).toBe(5300)
  })

  test('nothing explains a switch without changes', () => {
    expect(explanations('A0 B10000', [])).toEqual([undefined])
  })

  test.each<EndpointChange['kind']>(['removed', 'not-ready', 'terminating'])(
    '%s before the switch',
    (kind) => {
      expect(explanations('A0 B10000', [change(9000, kind, 'A')])).toEqual(['endpoint-gone'])
    },
  )

  test('the clocks may be two seconds apart, and no more', () => {
    expect(explanations('A0 B10000', [change(11_900, 'removed', 'A')])).toEqual(['endpoint-gone'])
    expect(explanations('A0 B10000', [change(12_100, 'removed', 'A')])).toEqual([undefined])
  })

  test('a pod that comes explains nothing, nor one that goes elsewhere', () => {
    expect(explanations('A0 B10000', [change(9000, 'added', 'B')])).toEqual([undefined])
    expect(explanations('A0 B10000', [change(9000, 'removed', 'C')])).toEqual([undefined])
    expect(explanations('A0 B10000', [change(9000, 'removed', 'B')])).toEqual([undefined])
  })

  test('a pod that terminates may go on answering before', () => {
    expect(explanations('A0 A20000 B30000', [change(5000, 'terminating', 'A')])).toEqual(['endpoint-gone'])
  })

  test('but not afterwards: the proxy could still have used it', () => {
    const gone = change(5000, 'terminating', 'A')
    expect(explanations('A0 B6000 A7000', [gone])).toEqual([undefined, undefined])
  })

  test('unless it came back before', () => {
    const changes = [change(5000, 'not-ready', 'A'), change(20_000, 'ready', 'A')]
    // Away from A is explained; away from B, which did not go, is not.
    expect(explanations('A0 B6000 A30000', changes)).toEqual(['endpoint-gone', undefined])
    expect(explanations('A0 B6000 A10000', changes)).toEqual([undefined, undefined])
  })

  test('a pod that was not ready between two requests has lost its clients', () => {
    const changes = [change(5000, 'not-ready', 'A'), change(8000, 'ready', 'A')]
    expect(explanations('A0 B10000', changes)).toEqual(['endpoint-gone'])
  })

  test('one that had come back and answered since is not excused by it', () => {
    const changes = [change(5000, 'not-ready', 'A'), change(8000, 'ready', 'A')]
    expect(explanations('A20000 B21000', changes)).toEqual([undefined])
  })

  test('a silence longer than the timeout', () => {
    const log = new SwitchLog()
    log.add({ ...record('A', 'B', 9000, 0), silentMs: 9000 })
    expect(explainSwitches(log, [])).toEqual({
      gone: 0,
      freed: 0,
      switches: [
        {
          number: 9000,
          atMs: 9000,
          from: 'A',
          to: 'B',
          explanation: { kind: 'timeout-expired', silentMs: 9000 },
        },
      ],
    })
  })

  test('of very many switches the first and the last are kept, and the number is exact', () => {
    const log = new SwitchLog()
    for (let i = 1; i <= 3001; i++) log.add(record('A', 'B', i, i - 1))
    const { switches } = explainSwitches(log, [])
    expect(log.count).toBe(3001)
    expect(switches).toHaveLength(1000)
    expect([
      switches[0]?.number,
      switches[499]?.number,
      switches[500]?.number,
      switches[999]?.number,
    ]).toEqual([1, 500, 2502, 3001])
    // Among the missing ones, A may have answered again.
    const { switches: explained } = explainSwitches(log, [change(0, 'removed', 'A')])
    expect(explained[499]?.explanation).toBeUndefined()
    expect(explained[999]?.explanation?.kind).toBe('endpoint-gone')
  })
})

describe('EndpointHistory', () => {
  test('knows how many endpoints there were at any time', () => {
    const history = new EndpointHistory([pod('a', 1), pod('b', 2)], 2)
    expect(history.update(-100, [pod('a', 1), pod('b', 2), pod('c', 3)], 3)).toHaveLength(1)
    expect(history.changed).toBe(false)
    history.update(1000, [pod('a', 1)], 1)
    history.update(2000, [pod('a', 1), pod('d', 4)], 2)
    expect(history.changed).toBe(true)
    expect(history.changes.map(({ kind }) => kind)).toEqual(['added', 'removed', 'removed', 'added'])
    expect([history.fewest(0, 500), history.fewest(500, 1500), history.fewest(1200, 1300)]).toEqual([3, 1, 1])
    expect([history.fewest(2100, 9000), history.fewest(-500, 9000), history.eligible]).toEqual([2, 1, 2])
    expect(history.everReady).toBe(4)
  })

  test('an endpoint that was going or not ready when the run began is a reason to leave it', () => {
    const [a, b, c] = [pod('a', 1), pod('b', 2), pod('c', 3)]
    const history = new EndpointHistory([{ ...a, ready: false }, { ...b, terminating: true }, c], 1)
    history.update(1500, [c], 1)
    expect(history.changes.map(({ kind }) => kind)).toEqual(['removed', 'removed'])
    expect(history.reasons).toMatchObject([
      { atMs: 0, kind: 'not-ready', pod: 'a' },
      { atMs: 0, kind: 'terminating', pod: 'b' },
      { atMs: 1500, kind: 'removed', pod: 'a' },
      { atMs: 1500, kind: 'removed', pod: 'b' },
    ])
  })

  test('stays small, and on the safe side', () => {
    const history = new EndpointHistory([pod('a', 1)], 5)
    for (let i = 1; i <= 20_000; i++) history.update(i, [pod(`p${i}`, 1)], i === 7 ? 1 : 3 + (i % 2))
    expect(history.changes).toHaveLength(1000)
    expect(history.changes.at(-1)).toMatchObject({ atMs: 20_000 })
    expect(history.fewest(0, 10)).toBe(1)
    expect(history.fewest(15_000, 20_000)).toBe(3)
  })
})
