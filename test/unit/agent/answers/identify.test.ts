import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../../../src/agent/answers/answer.ts'
import { createIdentifier } from '../../../../src/agent/answers/identify.ts'
import { normaliseIpv6 } from '../../../../src/model/common/network/ipv6.ts'
import type { IdentifyRule } from '../../../../src/model/probe/observation.ts'

const needles = [
  ['pod-1', '10.244.1.2', 'fd00:10:244::2'],
  ['pod-10', '10.244.1.25', 'fd00:10:244::25'],
  ['web-0.web', '10.0.0.9'],
]

function answer(body: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: Object.entries(headers), body }
}

const auto = createIdentifier({ kind: 'auto' }, needles)

describe('a known endpoint', () => {
  test.each([
    ['pod-1', 'pod-1'],
    ['I am pod-1.', 'pod-1'],
    ['{"hostname":"pod-10"}', 'pod-10'],
    ['POD-1\n', 'pod-1'],
    ['ip=10.244.1.2:8080', '10.244.1.2'],
    ['::ffff:10.244.1.2', '10.244.1.2'],
    ['[fd00:10:244::25]:80', 'fd00:10:244::25'],
    ['addr:FD00:10:244:0:0:0:0:0025', 'fd00:10:244::25'],
    ['from fd00:10:244::2: hello', 'fd00:10:244::2'],
    ['fd00:10:244::2%eth0', 'fd00:10:244::2'],
    ['web-0.web', 'web-0.web'],
    ['pod-1 10.244.1.2 pod-1', 'pod-1'],
  ])('is found in %j', (body, value) => {
    expect(auto(answer(body))).toEqual({ source: 'body', value })
  })

  test.each([
    'pod-100',
    'pod-1-a',
    'a.pod-1',
    'pod-1.example.com',
    'my_pod-1',
    '10.244.1.250',
    '110.244.1.2',
    '10.244.1.2.5',
    '1fd00:10:244::2',
    'fd00:10:244::2:1',
    'fd00:10:244::2::',
    'web-0',
    '',
  ])('is not found in %j', (body) => {
    expect(auto(answer(body))).toMatchObject({ source: 'none' })
  })

  test('is found between any characters that no name holds, and only there', () => {
    const identify = createIdentifier({ kind: 'auto' }, [['pod-1']])
    fc.assert(
      fc.property(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), (before, after) => {
        const bounded = !/[\w.-]$/.test(before) && !/^[\w.-]/.test(after)
        const loose = /[a-z0-9_]$/i.test(before) || /^[a-z0-9_]/i.test(after)
        const source = identify(answer(`${before}pod-1${after}`)).source
        if (bounded) expect(source).toBe('body')
        else if (loose) expect(source).toBe('none')
      }),
    )
  })

  test('is found in a header, which decides when the body names several', () => {
    expect(auto(answer('', { 'x-served-by': 'pod-1' }))).toEqual({
      source: 'header:x-served-by',
      value: 'pod-1',
    })
    expect(auto(answer('pod-1 pod-10', { 'x-served-by': 'pod-1' }))).toMatchObject({
      source: 'header:x-served-by',
    })
    expect(auto(answer('pod-1', { 'x-served-by': '10.244.1.2' }))).toEqual({ source: 'body', value: 'pod-1' })
  })

  test.each([
    ['several in the body', answer('pod-1 pod-10')],
    ['several in the headers', answer('pod-1', { a: 'pod-1', b: 'pod-10' })],
    ['one in a header, another in the body', answer('pod-10', { a: 'pod-1' })],
    ['one in a header that speaks of time', answer('', { date: 'pod-1' })],
  ])('is not guessed from an answer that names %s', (_, given) => {
    expect(auto(given)).toMatchObject({ source: 'none' })
  })

  test('is not named by what several share, nor by an address of the client', () => {
    const identify = createIdentifier(
      { kind: 'auto' },
      [
        ['pod-1', '10.0.0.1'],
        ['pod-2', '10.0.0.1'],
        ['10.0.0.3', 'FD00::3'],
      ],
      ['10.0.0.3', 'fd00:0::3'],
    )
    expect(identify(answer('10.0.0.1'))).toMatchObject({ source: 'none' })
    expect(identify(answer('client 10.0.0.3 and fd00::3, served by pod-2'))).toMatchObject({ value: 'pod-2' })
    expect(identify(answer('client 10.0.0.3'))).toMatchObject({ source: 'none' })
  })
})

describe('an answer that names nobody', () => {
  const identify = createIdentifier({ kind: 'auto' }, [], ['10.1.1.1', 'fd00::7'])

  test('has the digest of its status and body, without the port of the client', () => {
    const one = identify(answer('from 10.1.1.1:4000, [fd00::7]:1'))
    expect(one).toMatchObject({ source: 'none', value: expect.stringMatching(/^[\da-f]{16}$/) })
    expect(identify(answer('from 10.1.1.1:50001, [fd00::7]:22')).value).toBe(one.value)
    expect(identify(answer('from 10.1.1.2:4000')).value).not.toBe(
      identify(answer('from 10.1.1.2:4001')).value,
    )
    expect(identify({ ...answer('x'), status: 503 }).value).not.toBe(identify(answer('x')).value)
  })

  test('comes with its beginning, in which it can be recognised later', () => {
    const given = answer(`zwölf\0\u0007 new-pod ${'x'.repeat(5000)}`, { 'x-pod': 'new-pod', date: 'today' })
    const { excerpt = '' } = identify({ ...given, body: Buffer.from(given.body).toString('latin1') })
    expect(excerpt.startsWith('HTTP 200\nx-pod: new-pod\n\nzwölf\0\u0007 new-pod x')).toBe(true)
    expect(excerpt.length).toBeLessThan(2200)
    expect(identify({ headers: [], body: 'banner\n' }).excerpt).toBe('TCP\n\nbanner\n')
  })
})

describe('a rule of the user', () => {
  const body = '{"pod":{"ip":"10.0.0.1","ports":[80,{"a.b":true}]},"n":null}'
  const cases: [IdentifyRule, string | undefined][] = [
    [{ kind: 'json', path: 'pod.ip' }, '10.0.0.1'],
    [{ kind: 'json', path: '.pod.ip' }, '10.0.0.1'],
    [{ kind: 'json', path: '{.pod.ip}' }, '10.0.0.1'],
    [{ kind: 'json', path: '$.pod.ports[0]' }, '80'],
    [{ kind: 'json', path: "{.pod.ports[1]['a.b']}" }, 'true'],
    [{ kind: 'json', path: '.pod' }, undefined],
    [{ kind: 'json', path: '.n' }, undefined],
    [{ kind: 'json', path: '.constructor.name' }, undefined],
    [{ kind: 'header', name: 'X-Pod' }, 'pod-1'],
    [{ kind: 'header', name: 'X-Other' }, undefined],
    [{ kind: 'regex', pattern: '"ip":"([^"]+)"' }, '10.0.0.1'],
    [{ kind: 'regex', pattern: '[0-9]+(?:\\.[0-9]+){3}' }, '10.0.0.1'],
    [{ kind: 'regex', pattern: 'nothing' }, undefined],
  ]
  test.each(cases)('%j extracts %s', (rule, value) => {
    const identity = createIdentifier(rule, needles)(answer(body, { 'x-pod': 'pod-1' }))
    expect(identity).toMatchObject(value === undefined ? { source: 'none' } : { source: 'rule', value })
  })

  test('that is not valid is refused at once', () => {
    expect(() => createIdentifier({ kind: 'regex', pattern: '(' }, [])).toThrow()
    expect(() => createIdentifier({ kind: 'json', path: '.a[b' }, [])).toThrow('cannot read "[b"')
  })
})

test('an IPv6 address has one spelling', () => {
  expect(normaliseIpv6('::')).toBe('0:0:0:0:0:0:0:0')
  expect(normaliseIpv6('FD00:0::0001')).toBe('fd00:0:0:0:0:0:0:1')
  expect(normaliseIpv6('64:ff9b::10.0.0.1')).toBe('64:ff9b:0:0:0:0:a00:1')
  for (const text of [
    '',
    'a',
    '10.0.0.1',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    'g::',
    '::ffff:10.0.0.1',
    '::1.2.3.256',
    '12345::',
  ]) {
    expect(normaliseIpv6(text)).toBeUndefined()
  }
})
