import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../../src/agent/protocol/decode.ts'
import { Encoder } from '../../../src/agent/protocol/encode.ts'
import type { SetCookie } from '../../../src/model/probe/cookies/cookie.ts'
import type { Identity, Observation } from '../../../src/model/probe/observation.ts'
import { outcomes, replacedKinds } from '../../../src/model/probe/observation.ts'

const identities: fc.Arbitrary<Identity> = fc.oneof(
  fc.constantFrom<Identity>({ source: 'body', value: 'a' }, { source: 'body', value: 'b' }),
  fc.record({
    source: fc.constantFrom<Identity['source']>('none', 'header:x', 'rule'),
    value: fc.string({ unit: 'binary', maxLength: 20 }),
  }),
)

const cookies: fc.Arbitrary<SetCookie> = fc.record({
  name: fc.constantFrom('route', 'JSESSIONID', 'é'),
  length: fc.nat(100),
  digest: fc.constantFrom('a', 'b', 'c'),
  form: fc.constantFrom('other', 'md5'),
})

/** Observations with consecutive numbers and times that only grow, of one target after the other. */
const runs = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 1e8 }),
      fc.integer({ min: 0, max: 1e7 }),
      fc.constantFrom(...outcomes),
      fc.boolean(),
      fc.option(fc.integer({ min: 100, max: 999 }), { nil: undefined }),
      fc.option(fc.tuple(identities, fc.constantFrom(undefined, '10.0.0.1', 'fd00::1')), { nil: undefined }),
      fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
      fc.constantFrom(undefined, undefined, ...replacedKinds),
      fc.constantFrom(0, 0, 0, 0, 1, 2),
      fc.record({
        session: fc.constantFrom(undefined, undefined, 1, 40),
        redirects: fc.constantFrom(undefined, undefined, 1, 5),
        cookies: fc.option(fc.array(cookies, { minLength: 1, maxLength: 3 }), { nil: undefined }),
        cookiesSent: fc.constantFrom(undefined, ['route'], ['route', 'é']),
      }),
    ),
    { maxLength: 60 },
  )
  .map((list) => {
    let atUs = 0
    let target = 0
    return list.map(
      (
        [afterUs, latencyUs, outcome, newConnection, status, said, port, replaced, on, user],
        index,
      ): Observation => {
        atUs += afterUs
        target += on
        return {
          number: index + 1,
          target,
          atMs: atUs / 1000,
          latencyMs: latencyUs / 1000,
          outcome,
          newConnection,
          ...(status === undefined ? {} : { status }),
          ...(said === undefined ? {} : { identity: said[0] }),
          ...(said?.[1] === undefined ? {} : { seenAddress: said[1] }),
          ...(replaced === undefined ? {} : { replaced }),
          ...(port === undefined ? {} : { localPort: port }),
          ...(user.session === undefined ? {} : { session: user.session }),
          ...(user.redirects === undefined ? {} : { redirects: user.redirects }),
          // Cookies travel with who answered.
          ...(said === undefined || user.cookies === undefined ? {} : { cookies: user.cookies }),
          ...(said === undefined || user.cookiesSent === undefined ? {} : { cookiesSent: user.cookiesSent }),
        }
      },
    )
  })

function observation(number: number, value: string, excerpt?: string): Observation {
  const identity: Identity = { source: 'none', value, ...(excerpt === undefined ? {} : { excerpt }) }
  return {
    number,
    target: 0,
    atMs: number * 10,
    latencyMs: 1,
    outcome: 'answered',
    status: 200,
    newConnection: true,
    identity,
  }
}

/** The lines for `observations`, with a line break after every `perLine` of them. */
function encode(observations: Observation[], perLine = 7): string[] {
  const lines: string[] = []
  const encoder = new Encoder((line) => lines.push(line))
  for (const [index, one] of observations.entries()) {
    encoder.add(one)
    if (index % perLine === perLine - 1) encoder.flush()
  }
  encoder.flush()
  return lines
}

function decode(lines: string[]): Observation[] {
  const decoder = createDecoder()
  return lines.flatMap((line) => decoder.push(line).observations)
}

describe('the stream', () => {
  test('brings every observation as it was', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 20 }), (observations, perLine) => {
        expect(decode(encode(observations, perLine))).toEqual(observations)
      }),
    )
  })

  test('brings every line once, however often it is read again', () => {
    fc.assert(
      fc.property(runs, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }), (observations, returns) => {
        const lines = encode(observations, 3)
        const read: string[] = []
        let at = 0
        for (const [forth, back] of returns) {
          const to = Math.min(lines.length, at + forth)
          read.push(...lines.slice(at, to))
          at = Math.max(0, to - back)
        }
        expect(decode([...read, ...lines.slice(at)])).toEqual(observations)
      }),
    )
  })

  test('says exactly which observations are lost with lines', () => {
    fc.assert(
      fc.property(runs, fc.array(fc.boolean()), (observations, lost) => {
        const lines = encode(observations, 3)
        // Arrives, so that a gap before it shows.
        const last = `{"line":${lines.length + 1},"from":${observations.length + 1},"beat":{"atMs":1,"inFlight":0}}`
        const decoder = createDecoder()
        const missing = new Set(observations.map(({ number }) => number))
        let reported = 0
        for (const line of [...lines.filter((_, index) => lost[index] !== true), last]) {
          const { observations: arrived, gap } = decoder.push(line)
          reported += gap?.observations ?? 0
          for (const one of arrived) {
            expect(one).toEqual(observations[one.number - 1])
            missing.delete(one.number)
          }
        }
        expect(reported).toBe(missing.size)
      }),
    )
  })

  test('goes on soon after lines were lost in which identities were given', () => {
    const observations = Array.from({ length: 400 }, (_, index) =>
      observation(index + 1, index < 40 ? 'a' : 'b'),
    )
    const lines = encode(observations, 4)
    const arrived = decode([...lines.slice(0, 5), ...lines.slice(15)])
    expect(arrived.at(-1)).toEqual(observations.at(-1))
    expect(arrived.length).toBeGreaterThan(280)
  })

  test('gives slots again without mixing identities up', () => {
    const values = Array.from({ length: 3000 }, (_, index) => `v${(index * 7919) % 700}`)
    const observations = values.map((value, index) => observation(index + 1, value))
    expect(decode(encode(observations, 1000))).toEqual(observations)
  })

  test('needs about ten bytes for an observation, and short lines whatever comes', () => {
    const sticky = Array.from({ length: 10_000 }, (_, index) => observation(index + 1, 'a'))
    const bytes = encode(sticky, 4).join('\n').length
    expect(bytes / sticky.length).toBeLessThan(40)
    expect(encode(sticky, 1e9).join('\n').length / sticky.length).toBeLessThan(10)
    const nasty = Array.from({ length: 2000 }, (_, index) =>
      observation(index + 1, `${index}`, '\u0001\u{1F600}'.repeat(1000)),
    )
    const lines = encode(nasty, 1e9)
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThan(16_000)
    // Excerpts are rationed.
    expect(lines.filter((line) => line.includes('excerpt')).length).toBeLessThan(90)
    expect(decode(lines).map(({ identity }) => identity?.value)).toEqual(
      nasty.map(({ identity }) => identity?.value),
    )
  })

  test('keeps an excerpt that was told when the identity is told again', () => {
    const observations = Array.from({ length: 100 }, (_, index) => observation(index + 1, 'a', 'hello'))
    expect(decode(encode(observations, 1))).toEqual(observations)
  })

  test('leaves out requests that did not end', () => {
    const lines: string[] = []
    const encoder = new Encoder((line) => lines.push(line))
    encoder.skip()
    encoder.add(observation(2, 'a'))
    encoder.skip()
    encoder.add(observation(4, 'a'))
    encoder.flush()
    const decoded = createDecoder().push(lines[0] ?? '')
    expect(decoded).toEqual({ observations: [observation(2, 'a'), observation(4, 'a')] })
  })

  test('carries the other lines', () => {
    const lines: string[] = []
    const encoder = new Encoder((line) => lines.push(line))
    const failure = {
      target: 1,
      number: 2,
      outcome: 'tls',
      code: 'CERT_HAS_EXPIRED',
      message: 'certificate has expired',
    } as const
    const start = { target: 1, scheme: 'https', epochMs: 5 } as const
    const done = { target: 1, requests: 1, connections: 1, outcomes: { answered: 1 }, switches: 0 }
    encoder.start(start)
    encoder.add({ ...observation(1, 'a'), target: 1 })
    encoder.failure(failure)
    encoder.done(done)
    encoder.error('broken')
    const decoder = createDecoder()
    expect(lines.map((line) => decoder.push(line))).toEqual([
      { observations: [], start },
      { observations: [{ ...observation(1, 'a'), target: 1 }] },
      { observations: [], failure },
      { observations: [], done },
      { observations: [], error: 'broken' },
    ])
  })

  test('tells foreign lines from damaged ones, and survives both', () => {
    const decoder = createDecoder()
    const [line = ''] = encode([observation(1, 'a')])
    for (const text of ['(node:1) Warning: x', '', '{}', 'null', '{"kind":"x"}']) {
      expect(decoder.push(text)).toEqual({ observations: [], foreign: text })
    }
    for (const text of [
      line.slice(0, 40),
      '{"line":"1"}',
      '{"line":1}',
      '{"line":1,"from":null}',
      '{"line":1,"from":1,"batch":7}',
    ]) {
      expect(decoder.push(text)).toEqual({ observations: [] })
    }
    expect(decoder.push(line).observations).toEqual([observation(1, 'a')])
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decoder.push(`{"line":${text}`)).not.toThrow()
        expect(() =>
          createDecoder().push(`{"line":1,"from":1,"batch":${JSON.stringify(text)}}`),
        ).not.toThrow()
      }),
    )
  })
})
