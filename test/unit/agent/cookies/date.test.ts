import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCookieDate } from '../../../../src/agent/cookies/date.ts'

const at = Date.UTC(2030, 0, 31, 23, 59, 58)

test.each([
  ['Thu, 31 Jan 2030 23:59:58 GMT', at],
  ['Thursday, 31-Jan-30 23:59:58 GMT', at],
  ['Thu Jan 31 23:59:58 2030', at],
  ['31 january 2030 23:59:58', at],
  ['23:59:58 2030 jan 31', at],
  ['31 Jan 99 00:00:00', Date.UTC(1999, 0, 31)],
  ['31 Jan 1600 00:00:00', undefined],
  ['31 Feb 2030 00:00:00', undefined],
  ['31 Jan 2030 24:00:00', undefined],
  ['31 Jan 2030', undefined],
  ['0', undefined],
  ['', undefined],
])('%s', (text, expected) => {
  expect(parseCookieDate(text)).toBe(expected)
})

test('reads what a Date writes', () => {
  const date = fc.date({ min: new Date('1970-01-01'), max: new Date('2500-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(date, (moment) => {
      expect(parseCookieDate(moment.toUTCString())).toBe(Math.floor(moment.getTime() / 1000) * 1000)
    }),
  )
})
