import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/model/cluster/endpoint.ts'
import type { Identity } from '../../../src/model/probe/observation.ts'
import { Fingerprints } from '../../../src/probe/run/direct/learn.ts'
import { Recogniser } from '../../../src/probe/count/recognise.ts'

const endpoint = (n: number): Endpoint => ({
  address: `192.0.2.${n}`,
  family: 'IPv4',
  port: 80,
  ready: true,
  serving: true,
  terminating: false,
})

const answer = (value: string): Identity => ({ source: 'none', value, excerpt: `\n\n${value}` })

const values = ['a', 'b', 'c', 'd', 'e', 'f']

describe('fingerprints', () => {
  it('recognise an endpoint by every answer that it alone gives, whatever was seen in which order', () => {
    const seen = fc.array(fc.record({ n: fc.integer({ min: 1, max: 4 }), value: fc.constantFrom(...values) }))
    fc.assert(
      fc.property(seen, (list) => {
        const fingerprints = new Fingerprints()
        for (const { n, value } of list) fingerprints.add(answer(value), endpoint(n))
        const recogniser = new Recogniser({ kind: 'auto' }, [1, 2, 3, 4].map(endpoint))
        recogniser.learn(fingerprints.learned)
        for (const value of values) {
          const owners = new Set(list.filter((one) => one.value === value).map(({ n }) => n))
          const found = recogniser.recognise(answer(value))
          const [only] = owners
          if (owners.size === 1)
            expect(found).toMatchObject({ by: 'fingerprint', address: `192.0.2.${only}` })
          else expect(found?.by).toBe('anonymous')
        }
      }),
    )
  })

  it('make the answers of one endpoint one backend', () => {
    const fingerprints = new Fingerprints()
    fingerprints.add(answer('pod a'), endpoint(1))
    fingerprints.add(answer('pod b'), endpoint(1))
    const recogniser = new Recogniser({ kind: 'auto' }, [endpoint(1)])
    recogniser.learn(fingerprints.learned)
    expect(recogniser.recognise(answer('pod a'))?.key).toBe(recogniser.recognise(answer('pod b'))?.key)
  })

  const of = (...answers: [string, number][]): Fingerprints => {
    const fingerprints = new Fingerprints()
    for (const [value, n] of answers) fingerprints.add(answer(value), endpoint(n))
    return fingerprints
  }

  it.each<[string, [string, number][], [string, number][], number[]]>([
    [
      'the same',
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        ['a', 1],
        ['b', 2],
      ],
      [],
    ],
    [
      'warm by now',
      [
        ['warming up', 1],
        ['ready', 2],
      ],
      [
        ['ready', 1],
        ['ready', 2],
      ],
      [2],
    ],
    [
      'a clock',
      [
        ['12:00:01', 1],
        ['12:00:02', 2],
      ],
      [
        ['12:01:00', 1],
        ['12:01:01', 2],
      ],
      [1, 2],
    ],
    [
      'exchanged',
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        ['b', 1],
        ['a', 2],
      ],
      [2, 1],
    ],
    [
      'nobody to ask',
      [
        ['a', 1],
        ['b', 2],
      ],
      [],
      [],
    ],
    [
      'those that told nothing before',
      [
        ['a', 1],
        ['a', 2],
      ],
      [
        ['b', 1],
        ['a', 2],
      ],
      [],
    ],
  ])('are confirmed by asking once more: %s', (_, before, later, refuted) => {
    const found = of(...before).refutedBy(of(...later))
    expect(found.map(({ address }) => address)).toStrictEqual(refuted.map((n) => `192.0.2.${n}`))
  })

  it('let those who say a name say something else as well', () => {
    const named: Identity = { source: 'body', value: 'pod-1' }
    const [before, later] = [new Fingerprints(), new Fingerprints()]
    before.add(named, endpoint(1))
    later.add(named, endpoint(1))
    later.add(answer('busy'), endpoint(1))
    expect(before.refutedBy(later)).toStrictEqual([])
  })
})
