import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { markedIn, portsIn, uniqueOwners } from '../../../../../src/probe/count/attribution/access-log.ts'

describe('markedIn', () => {
  test.each([
    ['10.0.0.7 - - [x] "GET / HTTP/1.1" 200 5 "-" "kubectl-affinity/rab12-17"', [17]],
    ['GET /a?b=c&affinity-probe=rab12-3 200', [3]],
    ['rab12-1 rab12-2', [1, 2]],
    ['pod affinity-probe-ab12-0-xyz', []],
    ['rab12- rab12-x rab1-4', []],
    ['', []],
  ])('%s', (line, numbers) => {
    expect(markedIn(line, 'rab12')).toStrictEqual(numbers)
  })

  test('finds every mark, whatever is around it', () => {
    const noise = fc.string().filter((text) => !text.includes('rab12') && !/^\d/.test(text))
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, fc.nat(999_999))), (parts) => {
        const line = parts.map(([text, number]) => `${text} rab12-${number} `).join('')
        expect(markedIn(line, 'rab12')).toStrictEqual(parts.map(([, number]) => number))
      }),
    )
  })
})

test.each([
  ['[::ffff:10.244.1.4]:35542: response:200', [35_542]],
  ['remote=10.244.1.4:1 other=10.244.1.40:2', [1]],
  ['110.244.1.4:5 10.244.1.4:123456', []],
  ['10.244.1.4 - - "GET /"', []],
  ['from [fd00::7]:80', [80]],
])('portsIn(%s)', (line, ports) => {
  expect(portsIn(line, ['10.244.1.4', 'fd00::7'])).toStrictEqual(ports)
})

test('a request that two pods logged belongs to none of them', () => {
  const owners = uniqueOwners([
    [1, 'a'],
    [2, 'a'],
    [2, 'b'],
    [1, 'a'],
    [2, 'a'],
  ])
  expect([...owners]).toStrictEqual([[1, 'a']])
})
