import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../../src/model/cluster/endpoint.ts'
import type { Identity, IdentifyRule } from '../../../../src/model/probe/observation.ts'
import { needlesOf } from '../../../../src/probe/plan/needles.ts'
import { Recogniser } from '../../../../src/probe/count/recognise.ts'
import { host, pod } from '../endpoints.ts'

const auto: IdentifyRule = { kind: 'auto' }
const json: IdentifyRule = { kind: 'json', path: '.pod' }
const body = (value: string): Identity => ({ source: 'body', value })
const rule = (value: string): Identity => ({ source: 'rule', value })
const excerpt = (text: string): Identity => ({
  source: 'none',
  value: 'digest-1',
  excerpt: `HTTP 200\nx: y\n\n${text}`,
})

const web1 = pod('web-1', 1, { node: 'n1' })
const web10 = pod('web-10', 10)
const stateful = pod('db-0', 20, { hostname: 'db-0' })
const named = pod('api-7f9c-x2x4z', 30, { hostname: 'api' })
const outside = host('192.0.2.7')
const six = pod('six', 6, { address: 'fd00:0:0::a', family: 'IPv6' })
const all = [web1, web10, stateful, named, outside, six]

const recognise = (identity: Identity, endpoints: Endpoint[] = all, use: IdentifyRule = auto) =>
  new Recogniser(use, endpoints).recognise(identity)

describe('what the agent found', () => {
  test.each([
    ['web-1', 'web-1', 'pod-name', 'pod'],
    ['web-10', 'web-10', 'pod-name', 'pod'],
    ['10.0.0.1', 'web-1', 'pod-ip', 'pod'],
    ['10.0.0.10', 'web-10', 'pod-ip', 'pod'],
    ['db-0', 'db-0', 'pod-name', 'pod'],
    ['api', 'api-7f9c-x2x4z', 'hostname', 'pod'],
    ['192.0.2.7', '192.0.2.7', 'address', 'address'],
    ['fd00:0:0::a', 'six', 'pod-ip', 'pod'],
    ['FD00::A', 'six', 'pod-ip', 'pod'],
  ])('%s is %s, by %s', (value, name, by, kind) => {
    expect(recognise(body(value))).toMatchObject({ name, by, kind, source: 'body' })
  })

  test('a pod is the same backend by its name and by each of its addresses', () => {
    const dual = [web1, pod('web-1', 1, { address: 'fd00::1', family: 'IPv6' })]
    const recogniser = new Recogniser(auto, dual)
    const keys = ['web-1', '10.0.0.1', 'fd00::1'].map((value) => recogniser.recognise(body(value))?.key)
    expect(new Set(keys)).toEqual(new Set(['pod web-1']))
  })

  test('comes with the node and the address', () => {
    expect(recognise(body('web-1'))).toMatchObject({ node: 'n1', address: '10.0.0.1' })
  })

  test('an address that two pods share is nobody, their names are not', () => {
    const shared = [pod('host-a', 5), pod('host-b', 5)]
    expect(recognise(body('10.0.0.5'), shared)).toBeUndefined()
    expect(recognise(body('host-b'), shared)).toMatchObject({ name: 'host-b' })
  })

  test('long names are cut to a hostname, which may be that of several pods', () => {
    const long = 'a'.repeat(61)
    expect(recognise(body(`${long}-x`), [pod(`${long}-x-y`, 1)])).toMatchObject({ by: 'hostname' })
    expect(recognise(body(long), [pod(`${long}--x`, 1), pod(`${long}--y`, 2)])).toBeUndefined()
  })
})

describe('endpoints that come and go', () => {
  test('one that is gone is still recognised', () => {
    const recogniser = new Recogniser(auto, [web1, web10])
    recogniser.update([web10])
    expect(recogniser.recognise(body('web-1'))).toMatchObject({ name: 'web-1' })
  })

  test('an address belongs to the pod that has it now, or had it last', () => {
    const recogniser = new Recogniser(auto, [web1])
    recogniser.update([pod('web-2', 1)])
    expect(recogniser.recognise(body('10.0.0.1'))).toMatchObject({ name: 'web-2' })
    recogniser.update([])
    expect(recogniser.recognise(body('10.0.0.1'))).toMatchObject({ name: 'web-2' })
  })

  test('one that appeared later is found in the excerpt, also when that is not said again', () => {
    const recogniser = new Recogniser(auto, [web1])
    const identity = excerpt('I am web-2.')
    expect(recogniser.recognise(identity)).toMatchObject({ kind: 'anonymous' })
    recogniser.update([web1, pod('web-2', 2)])
    expect(recogniser.recognise(identity)).toMatchObject({ name: 'web-2', by: 'pod-name' })
    expect(recogniser.recognise({ source: 'none', value: 'digest-1' })).toMatchObject({ name: 'web-2' })
  })

  test('one that appeared later is known by what looks like its name or address, without an excerpt', () => {
    const recogniser = new Recogniser(auto, [web1])
    const identity = (...kin: string[]): Identity => ({ source: 'none', value: kin.join(' '), kin })
    expect(recogniser.recognise(identity('10.0.0.2', '10.0.9.9'))).toMatchObject({ kind: 'anonymous' })
    recogniser.update([web1, pod('web-2', 2), pod('web-3', 3)])
    expect(recogniser.recognise(identity('10.0.0.2', '10.0.9.9'))).toMatchObject({
      name: 'web-2',
      by: 'pod-ip',
    })
    expect(recogniser.recognise(identity('web-2', '10.0.0.2'))).toMatchObject({ name: 'web-2' })
    expect(recogniser.recognise(identity('web-2', '10.0.0.3'))).toMatchObject({ kind: 'anonymous' })
    expect(recogniser.recognise(identity('10.0.0.1', '10.0.0.2'))).toMatchObject({ kind: 'anonymous' })
  })

  test('an excerpt that names several, or one that the agent knew, is an anonymous answer', () => {
    const recogniser = new Recogniser(auto, [web1, web10])
    recogniser.update([web1, web10, pod('web-2', 2)])
    expect(recogniser.recognise(excerpt('web-1 web-2'))).toMatchObject({ kind: 'anonymous' })
    // Whole, the answer named others too: otherwise the agent would have said web-1.
    expect(recogniser.recognise(excerpt('pods: web-1'))).toMatchObject({ kind: 'anonymous' })
  })

  test('thousands that went are forgotten in the end', () => {
    const recogniser = new Recogniser(auto, [web1])
    for (let i = 0; i < 5000; i++) recogniser.update([pod(`next-${i}`, 2)])
    expect(recogniser.recognise(body('web-1'))).toBeUndefined()
    expect(recogniser.recognise(body('next-4999'))).toBeDefined()
    expect(recogniser.recognise(body('next-4000'))).toBeDefined()
  })
})

describe('a rule of the user', () => {
  test.each([
    ['web-1', 'web-1'],
    ['10.0.0.10:8080', 'web-10'],
    ['::ffff:10.0.0.10', 'web-10'],
    ['[fd00::a]:80', 'six'],
    ['db-0.db.default.svc.cluster.local', 'db-0'],
    ['db-0:5432', 'db-0'],
    ['server web-1 (blue)', 'web-1'],
  ])('%s is %s', (value, name) => {
    expect(recognise(rule(value), all, json)).toMatchObject({ name, kind: 'pod', source: 'rule' })
  })

  test.each([
    ['blue', 'anonymous', 'blue'],
    ['10.9.9.9', 'address', '10.9.9.9'],
    ['10.9.9.9:80', 'address', '10.9.9.9'],
  ])('%s is a backend of its own', (value, kind, name) => {
    expect(recognise(rule(value), all, json)).toMatchObject({ kind, name, by: 'rule' })
  })

  test('a value that names several pods, or an address that several share, is nobody', () => {
    expect(recognise(rule('web-1,web-10'), all, json)).toBeUndefined()
    const shared = [pod('host-a', 5), pod('host-b', 5)]
    expect(recognise(rule('10.0.0.5'), shared, json)).toBeUndefined()
    expect(recognise(rule('10.0.0.5:80'), shared, json)).toBeUndefined()
  })

  test('an answer that it does not fit is nobody', () => {
    expect(recognise(excerpt('web-1'), all, json)).toBeUndefined()
  })
})

test('an anonymous answer is described by its first line', () => {
  expect(recognise(excerpt('\n  Welcome to version 1 \nmore'))).toMatchObject({
    key: 'answer digest-1',
    name: '"Welcome to version 1"',
  })
  expect(recognise({ source: 'none', value: '0123456789abcdef' })).toMatchObject({ name: 'answer 01234567' })
})

describe('needlesOf', () => {
  test('names each backend by what names no other', () => {
    const long = 'b'.repeat(64)
    const { needles, leftOut } = needlesOf([
      web1,
      named,
      outside,
      pod('host-a', 5),
      pod('host-b', 5),
      pod(`${long}1`, 8),
      pod(`${long}2`, 9),
    ])
    expect(needles).toEqual([
      ['web-1', '10.0.0.1'],
      ['api-7f9c-x2x4z', 'api', '10.0.0.30'],
      ['192.0.2.7'],
      ['host-a'],
      ['host-b'],
      [`${long}1`, '10.0.0.8'],
      [`${long}2`, '10.0.0.9'],
    ])
    expect(leftOut).toBe(0)
  })

  test('groups the addresses of a pod', () => {
    const other = pod('web-1', 1, { address: 'fd00::1', family: 'IPv6' })
    expect(needlesOf([web1, other]).needles).toEqual([['web-1', '10.0.0.1', 'fd00::1']])
  })

  test('leaves out what does not fit, ready endpoints last, and says so', () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      pod(`web-${index}`, index, { ready: index >= 500 }),
    )
    const { needles, endpoints, leftOut } = needlesOf(many)
    expect(JSON.stringify(needles).length).toBeLessThanOrEqual(64 * 1024)
    expect(needles.length + leftOut).toBe(3000)
    expect(needles.length).toBeGreaterThan(1500)
    expect(endpoints.every((endpoint) => endpoint.ready)).toBe(true)
    // Those left out are found in excerpts.
    const recogniser = new Recogniser(auto, endpoints)
    recogniser.update(many)
    expect(recogniser.recognise(excerpt('host web-1'))).toMatchObject({ name: 'web-1' })
  })
})

test('a pod that answered before it was known is known afterwards, though its excerpt came once', () => {
  const recogniser = new Recogniser(auto, [web1])
  expect(recogniser.recognise(excerpt('late-1: 1st time'))).toMatchObject({ kind: 'anonymous' })
  recogniser.update([web1, pod('late-1', 40)])
  expect(recogniser.recognise({ source: 'none', value: 'digest-1' })).toMatchObject({ name: 'late-1' })
})
