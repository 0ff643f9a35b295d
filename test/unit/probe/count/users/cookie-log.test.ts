import { describe, expect, test } from 'vitest'
import type { SetCookie } from '../../../../../src/model/probe/cookies/cookie.ts'
import type { Observation } from '../../../../../src/model/probe/observation.ts'
import { CookieLog } from '../../../../../src/probe/count/users/cookie-log.ts'

const cookie = (digest: string, more: Partial<SetCookie> = {}): SetCookie => ({
  name: 'id',
  length: 8,
  digest,
  form: 'other',
  ...more,
})

/** What a user met: the cookies that an answer set, whether it was asked with them, and who gave it. */
function logged(
  visits: [set: SetCookie[], sent: boolean, pod: string | undefined][],
  before?: CookieLog,
): CookieLog {
  const log = new CookieLog(undefined, before)
  for (const [cookies, sent, pod] of visits)
    log.add(
      { cookies, ...(sent ? { cookiesSent: ['id'] } : {}) } as unknown as Observation,
      pod === undefined ? undefined : { name: pod },
    )
  return log
}

describe('a cookie that is given another value', () => {
  test('by another pod is a session that the pod does not know', () => {
    const [report] = logged([
      [[cookie('1')], false, 'a'],
      [[], true, 'a'],
      [[cookie('2')], true, 'b'],
      [[cookie('2')], true, 'b'],
    ]).reports()
    expect(report).toMatchObject({ set: 3, values: 2, renewedElsewhere: 1 })
    expect(report?.renewed).toBeUndefined()
  })

  test('by the same pod is told apart from that', () => {
    const [report] = logged([
      [[cookie('1')], false, 'a'],
      [[cookie('2')], true, 'a'],
    ]).reports()
    expect(report).toMatchObject({ renewed: 1 })
  })

  test('by a pod that is not known is neither', () => {
    const [report] = logged([
      [[cookie('1')], false, undefined],
      [[cookie('2')], true, undefined],
    ]).reports()
    expect(report).toMatchObject({ renewedSomewhere: 1 })
    expect([report?.renewed, report?.renewedElsewhere]).toEqual([undefined, undefined])
  })

  test('is the first of another user where it was not sent', () => {
    const [report] = logged([
      [[cookie('1')], false, 'a'],
      [[cookie('2')], false, 'b'],
    ]).reports()
    expect([report?.renewed, report?.renewedElsewhere]).toEqual([undefined, undefined])
  })
})

describe('a request after the end of the cookie that holds its user', () => {
  const at = (atMs: number, more: Partial<Observation> = {}): Observation =>
    ({ atMs, ...more }) as unknown as Observation
  const short = cookie('1', { lifetimeSeconds: 2 })
  const given = (...cookies: SetCookie[]): CookieLog => {
    const log = new CookieLog()
    log.add(at(100, { cookies }), { name: 'a' })
    return log
  }

  test('is told, with the age of the cookie', () => {
    const log = given(short)
    expect(log.endedBefore(at(2099), ['id'])).toBeUndefined()
    expect(log.endedBefore(at(2300), ['id'])).toEqual({ cookie: 'id', ageMs: 2200 })
    log.add(at(2300, { cookies: [short] }), { name: 'b' })
    expect(log.reports()).toMatchObject([{ ended: 1, set: 2 }])
    expect(log.endedBefore(at(4000), ['id'])).toBeUndefined()
  })

  test('is none where it is sent all the same', () => {
    expect(given(short).endedBefore(at(3000, { cookiesSent: ['id'] }), ['id'])).toBeUndefined()
  })

  test('is none where an answer took the cookie away, or none gave it an end', () => {
    const taken = given(short)
    taken.add(at(500, { cookies: [cookie('', { lifetimeSeconds: 0 })], cookiesSent: ['id'] }))
    expect(taken.endedBefore(at(9000), ['id'])).toBeUndefined()
    expect(given(cookie('1')).endedBefore(at(9000), ['id'])).toBeUndefined()
  })

  test('is none where another cookie ended than the one that holds', () => {
    const csrf = cookie('2', { name: 'csrf', lifetimeSeconds: 1 })
    const log = given(cookie('1', { form: 'ring-key' }), csrf)
    expect(log.endedBefore(at(3000, { cookiesSent: ['id'] }), ['id'])).toBeUndefined()
    // Nobody says which: that of a proxy.
    expect(log.endedBefore(at(3000, { cookiesSent: ['id'] }))).toBeUndefined()
  })
})

test('a cookie that comes from elsewhere keeps its maker and is counted anew', () => {
  const there = logged([[[cookie('1', { form: 'ring-key', path: '/' })], false, 'a']])
  const here = logged([[[], true, 'a']], there)
  expect(here.reports()).toEqual([
    expect.objectContaining({ name: 'id', set: 0, sent: 1, brought: 1, maker: 'ingress-nginx' }),
  ])
})

test('values are told where the agent tells them, the first few', () => {
  const log = logged(
    Array.from({ length: 6 }, (_, n): [SetCookie[], boolean, string] => [
      [cookie(String(n), { value: `v${n}` })],
      true,
      'a',
    ]),
  )
  expect(log.reports()[0]?.shown).toEqual(['v0', 'v1', 'v2', 'v3'])
  expect(JSON.stringify(log.reports()[0]?.first)).not.toContain('v0')
})

test('a session that another Service does not know is lost there, and not on the pod as before', () => {
  const there = logged([[[cookie('1')], false, 'a']])
  const [report] = logged([[[cookie('2')], true, 'x']], there).reports()
  expect(report).toMatchObject({ renewedElsewhere: 1 })
  expect(report?.renewed).toBeUndefined()
})
