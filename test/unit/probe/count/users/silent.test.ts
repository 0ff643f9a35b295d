import { expect, test } from 'vitest'
import { seeded } from '../../../judge/simulate.ts'
import { type Asking, gateways, probed } from './gateways.ts'

const silent = async (name: keyof typeof gateways, asking: Asking = {}) =>
  await probed(gateways[name](seeded(1)), { isSilent: true, ...asking })

test('pods that say nothing are those that the cookie names', async () => {
  const { recognition, users, backends, notes } = await silent('record')
  expect(recognition).toEqual({ by: 'cookie', unrecognised: 0 })
  expect(users).toMatchObject([{ result: 'as-expected', cause: { kind: 'cookie', cookies: ['route'] } }])
  expect(backends.map(({ backend }) => backend.name).toSorted()).toEqual(['web-0', 'web-1', 'web-2'])
  expect(notes).toContainEqual(
    expect.stringMatching(/^Where no answer says which pod gave it, the cookie counts/),
  )
})

test('nor does it say that another one answered', async () => {
  const { cells } = await silent('pickedAgain')
  const cookies = cells.flatMap((cell) => cell.cookies ?? []).filter(({ sent }) => sent > 0)
  expect(cookies.length).toBeGreaterThan(0)
  for (const { sent, unconfirmed, disagreed } of cookies)
    expect({ unconfirmed, disagreed }).toEqual({ unconfirmed: sent, disagreed: 0 })
})

test('whoever does not keep the cookie is seen to move', async () => {
  const { users } = await silent('secure')
  expect(users).toMatchObject([{ result: 'differs', cause: { kind: 'never-sent', why: 'secure-over-http' } }])
})

test('a cookie that names nobody tells nobody apart', async () => {
  const { recognition, users } = await silent('hash')
  expect(recognition.by).toBe('anonymous')
  expect(users).toMatchObject([{ result: 'inconclusive' }])
})

test('answers that all differ, as by the time in them, show nobody who moves', async () => {
  const { users, verdict } = await silent('spread', { policy: { kind: 'none' }, holds: String })
  expect(users).toMatchObject([{ result: 'inconclusive', users: { spread: 0, inconclusive: 6 } }])
  expect(verdict).toMatchObject({ result: 'inconclusive' })
})

test('the rule of a user is the only one', async () => {
  const { recognition } = await silent('record', { options: { identify: { kind: 'anonymous' } } })
  expect(recognition.by).toBe('anonymous')
})

test('an error of the gateway is of no pod, though it sets the cookie', async () => {
  const { recognition, cells } = await probed(
    (cookie, number) => {
      const answer = gateways.record(seeded(number))(cookie, number)
      return number % 10 === 9 ? { ...answer, status: 502 } : answer
    },
    { isSilent: true },
  )
  expect(recognition.by).toBe('cookie')
  expect(recognition.unrecognised).toBeGreaterThan(0)
  expect(cells.some(({ nameless = {} }) => (nameless['502'] ?? 0) > 0)).toBe(true)
})

test('an error that does not set the cookie may be the gateway’s, whatever cookie was sent', async () => {
  const reloading = (status: number) => {
    const front = gateways.record(seeded(1))
    return probed(
      (cookie, number) => ({ ...front(cookie, number), ...(number % 10 === 9 ? { status } : {}) }),
      { isSilent: true },
    )
  }
  for (const status of [404, 500]) {
    const { users, recognition, cells, totals } = await reloading(status)
    expect(totals.statuses[status]).toBe(
      cells.reduce((sum, { totals: own }) => sum + (own.statuses[status] ?? 0), 0),
    )
    expect(totals.statuses[status]).toBe(Math.floor((totals.answered + 0.5) / 10))
    expect(recognition.unrecognised).toBeGreaterThan(0)
    expect(cells.some(({ nameless = {} }) => (nameless[String(status)] ?? 0) > 0)).toBe(true)
    expect(users).toMatchObject([{ result: 'as-expected' }])
  }
  const never = gateways.record(seeded(1))
  const answering = (cookie: string | undefined, number: number) => ({
    ...never(cookie, number),
    status: cookie === undefined ? 200 : 404,
  })
  expect((await probed(answering, { isSilent: true })).users).toMatchObject([{ result: 'inconclusive' }])
  // A redirect, or any other answer, is a pod's.
  expect((await reloading(304)).recognition.unrecognised).toBe(0)
})

test('an error that sets the cookie is of the pod that it names', async () => {
  const front = gateways.record(seeded(1))
  const { recognition } = await probed((_, number) => ({ ...front(undefined, number), status: 404 }), {
    isSilent: true,
  })
  expect(recognition).toEqual({ by: 'cookie', unrecognised: 0 })
})

test('a cookie from elsewhere that is not given here may not be read here', async () => {
  const { cells } = await silent('record', {
    elsewhere: [{ gateway: gateways.spread(seeded(3)), path: '/app2/x', namesNobody: true }],
  })
  const there = cells.filter(({ entry }) => entry === 1)
  expect(there.flatMap(({ cookies = [] }) => cookies.map(({ sent }) => sent > 0))).toContain(true)
  expect(new Set(there.map(({ recognition }) => recognition.by))).toEqual(new Set(['anonymous']))
})

test('once answers name pods, the cookie alone does not', async () => {
  const { recognition } = await probed(gateways.record(seeded(2)), {
    elsewhere: [{ gateway: gateways.record(seeded(3)), path: '/app2/x', namesNobody: true }],
  })
  expect(recognition.by).toBe('pod-name')
})
