import { expect, test } from 'vitest'
import type {
  BackendTally,
  EndpointChange,
  TimelineCell,
} from '../../../../../src/model/probe/results/probe-result.ts'
import { wasLeft } from '../../../../../src/model/probe/results/left.ts'

const cell = (fromMs: number, letter?: string): TimelineCell => ({
  fromMs,
  toMs: fromMs + 9,
  requests: 1,
  failures: letter === undefined ? 1 : 0,
  switches: 0,
  ...(letter === undefined ? {} : { letter }),
})
const backends = ['A', 'B'].map((letter) => ({
  backend: { kind: 'pod', name: `web-${letter}`, letter },
})) as BackendTally[]
const change = (kind: EndpointChange['kind'], pod = 'web-A'): EndpointChange => ({
  atMs: 15,
  kind,
  address: '10.0.0.1',
  pod,
})
const run = (timeline: TimelineCell[], endpointChanges: EndpointChange[], to?: string): boolean =>
  wasLeft(
    { timeline, switches: to === undefined ? [] : [{ number: 2, atMs: 12, from: 'A', to }] },
    { backends, endpointChanges },
  )

test('somebody is left whose pod went, and whom nobody answered since', () => {
  expect(run([cell(0, 'A'), cell(10)], [change('terminating')])).toBe(true)
  expect(run([cell(0, 'A'), cell(10)], [change('terminating'), change('removed')])).toBe(true)
  // Where several answered in one stretch, the switch says who was the last.
  expect(run([cell(0, 'A'), cell(10), cell(20)], [change('removed', 'web-B')], 'B')).toBe(true)
})

test('and nobody whose pod is there, came back, or answers', () => {
  expect(run([cell(0, 'A'), cell(10)], [])).toBe(false)
  expect(run([cell(0, 'A'), cell(10)], [change('removed', 'web-B')])).toBe(false)
  expect(run([cell(0, 'A'), cell(10)], [change('not-ready'), change('ready')])).toBe(false)
  expect(run([cell(0, 'A'), cell(10), cell(20, 'A')], [change('terminating')])).toBe(false)
  expect(run([cell(0), cell(10)], [change('removed')])).toBe(false)
})
