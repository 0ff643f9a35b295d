import { createHash } from 'node:crypto'
import http from 'node:http'
import { expect, test } from 'vitest'
import type { ProbeSurvey } from '../../../../src/model/probe/results/survey.ts'
import { listen } from '../../agent/support/servers.ts'
import { addressOf, type Asking, podNames, probedAt, told } from './support/odd.ts'

// Applications and proxies that do odd things with cookies, whose truth is known, asked over the network.

/** Which pod answers, and what it sets, to a request with these cookies. */
type Odd = (cookie: string | undefined, response: http.ServerResponse, url: string) => number | undefined

const md5 = (text: string): Buffer => createHash('md5').update(text).digest()
const hashed = (text: string): number => md5(text)[0]! % podNames.length
/** As nginx's `sticky` writes it. */
const recordOf = (pod: number): string => md5(addressOf(pod)).toString('hex')
const podOf = (value = ''): number | undefined => [0, 1, 2].find((pod) => recordOf(pod) === value)
const valueOf = (header: string | undefined, name: string): string | undefined =>
  header
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

async function probedBehind(odd: Odd, asking?: Asking): Promise<{ survey: ProbeSurvey; text: string }> {
  let next = 0
  const server = http.createServer(({ headers, url = '' }, response) => {
    const pod = odd(headers.cookie, response, url)
    if (!response.writableEnded) response.end(podNames[pod ?? next++ % podNames.length])
  })
  const survey = await probedAt(await listen(server), asking)
  return { survey, text: told(survey) }
}

/** Pods in turn by chance, for whoever has no cookie. */
const any = (): number => Math.floor(Math.random() * podNames.length)

/** A record under a name and with attributes. */
const record =
  (attributes: string, name = 'route'): Odd =>
  (cookie, response) => {
    const known = podOf(valueOf(cookie, name))
    const pod = known ?? any()
    if (known === undefined) response.setHeader('set-cookie', `${name}=${recordOf(pod)}; ${attributes}`)
    return pod
  }

const held = /^STICKY by the cookie/m

test('a cookie without a name holds as browsers keep it', async () => {
  const { text } = await probedBehind(
    (cookie, response) => {
      const pod = cookie === undefined ? any() : hashed(cookie)
      if (cookie === undefined) response.setHeader('set-cookie', `v${any()}${any()}; Path=/`)
      return pod
    },
    { policy: { kind: 'unknown' } },
  )
  expect(text).toMatch(/^STICKY by the cookie \(no name\) {3}6 of 6 users/m)
})

test.each<[string, Odd, RegExp, Asking?]>([
  [
    'deleted by the answer that gives it',
    (_, response) => {
      const pod = any()
      response.setHeader('set-cookie', [`route=${recordOf(pod)}; Path=/`, 'route=; Path=/; Max-Age=0'])
      return pod
    },
    /never sent back: answers delete it/,
  ],
  [
    'deleted by the answer after',
    (cookie, response) => {
      const known = podOf(valueOf(cookie, 'route'))
      const pod = known ?? any()
      const value = known === undefined ? `${recordOf(pod)}; Path=/` : '; Path=/; Max-Age=0'
      response.setHeader('set-cookie', `route=${value}`)
      return pod
    },
    /the cookie route is given, and answers delete it: \d+ requests came without it/,
  ],
  [
    'only deleted',
    (_, response) => {
      response.setHeader('set-cookie', 'route=; Path=/; Max-Age=0')
      return any()
    },
    /never sent back: answers delete it/,
  ],
  ['expired when it comes', record('Path=/; Max-Age=-5'), /never sent back: it has expired when it comes/],
  [
    'for a path that is not encoded as the request is',
    record('Path=/a b'),
    /its Path \/a b does not cover the path of the requests/,
    { places: [{ path: '/a%20b/x' }] },
  ],
  ['for another domain', record('Path=/; Domain=example.com'), /its Domain is not that of the host/],
  ['for other sites without Secure', record('Path=/; SameSite=None'), /SameSite=None without Secure/],
  [
    'under a name that promises Secure',
    record('Path=/', '__Host-route'),
    /its name promises attributes that it lacks/,
    { policy: { kind: 'cookie', name: '__Host-route' } },
  ],
  [
    'set in a trailer',
    (_, response) => {
      const pod = any()
      response.setHeader('trailer', 'set-cookie')
      response.write(podNames[pod])
      response.addTrailers({ 'set-cookie': `route=${recordOf(pod)}; Path=/` })
      response.end()
      return pod
    },
    /no answer set the cookie route that is configured/,
  ],
  [
    'joined to another one by a comma',
    (_, response) => {
      response.setHeader('set-cookie', `sid=1; Path=/, route=${recordOf(0)}; Path=/`)
      return any()
    },
    /no answer set the cookie route that is configured; there are others: sid/,
  ],
])('a cookie that is %s holds nobody, and it is said why', async (_, odd, why, asking) => {
  const { text } = await probedBehind(odd, asking)
  expect(text).toMatch(/^NOT STICKY/m)
  expect(text).toMatch(why)
})

test.each<[string, string, RegExp]>([
  ['one path', '/', /two values in one answer 6 times, of which browsers keep the last/],
  ['two paths', '/shop', /two of this name sent \d+ times, of which Envoy, nginx and Traefik read the first/],
])('two cookies of one name in one answer, for %s, are told', async (_, second, words) => {
  const { text } = await probedBehind(
    (cookie, response) => {
      const value = valueOf(cookie, 'route')
      if (value !== undefined) return hashed(value)
      const made = [any(), any()].map((one) => `${one}${Math.random()}`)
      response.setHeader('set-cookie', [`route=${made[0]}; Path=/`, `route=${made[1]}; Path=${second}`])
      return any()
    },
    { places: [{ path: '/shop/x' }] },
  )
  expect(text).toMatch(held)
  expect(text).toMatch(words)
  if (second !== '/') expect(text).not.toMatch(/two values in one answer/)
})

test('one without a Path may be another one in another folder, which is said where nobody went there', async () => {
  const { text } = await probedBehind(record('HttpOnly'), { places: [{ path: '/a/x' }] })
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'no Path: given here it holds below /a; users who begin in another folder were not asked, see --path',
  )
})

test('one without a Path is another one in another folder, and each names its pod', async () => {
  const { survey, text } = await probedBehind(record('HttpOnly'), {
    places: [{ path: '/a/x' }, { path: '/b/y' }],
  })
  expect(text).toMatch(held)
  expect(text).toMatch(/no cookie of it is sent there/)
  expect(text).toMatch(/no Path: given here it holds below \/a\s/)
  expect(text).not.toMatch(/were not asked/)
  const disagreed = survey.cells.flatMap(({ cookies = [] }) => cookies.map((one) => one.disagreed))
  expect(new Set(disagreed)).toEqual(new Set([0]))
})

test('an answer of no pod does not confirm which one a cookie names', async () => {
  const { text } = await probedBehind((_, response) => {
    response.writeHead(502, { 'set-cookie': `route=${recordOf(2)}; Path=/` }).end('bad gateway')
    return undefined
  })
  expect(text).toMatch(/names a pod, and no answer says whether it is the one/)
  expect(text).toMatch(/^INCONCLUSIVE/m)
})

test('answers before the answer, and redirects on the way, change nothing', async () => {
  const early = await probedBehind((cookie, response, url) => {
    response.writeEarlyHints({ link: '</s.css>; rel=preload' })
    return record('Path=/')(cookie, response, url)
  })
  expect(early.text).toMatch(held)
  const split = await probedBehind((cookie, response, url) => {
    const known = podOf(valueOf(cookie, 'route'))
    if (url === '/' && known === undefined)
      response.writeHead(302, { location: '/in', 'set-cookie': `route=${recordOf(any())}; Path=/` }).end()
    return known
  })
  expect(split.text).toMatch(held)
  expect(split.text).toMatch(/\d+ redirects followed/)
})

test('what a cache says is of no pod, and no cache has seen the requests after that', async () => {
  let stored = 0
  let asked = 0
  let first = 0
  const fresh = new Set<string>()
  const { text } = await probedBehind((cookie, response, url) => {
    asked += 1
    if (url !== '/') fresh.add(url)
    // What those without a jar are given by a cache is not told: a user is to meet it.
    const isFirst = url === '/' && cookie === undefined
    if (isFirst) first += 1
    if (url !== '/' || isFirst) return record('Path=/')(cookie, response, url)
    stored += 1
    const headers = { age: '12', 'x-cache': 'HIT', 'set-cookie': `route=${recordOf(0)}; Path=/` }
    response.writeHead(200, headers).end(podNames[0])
    return undefined
  })
  expect(stored).toBeGreaterThan(0)
  expect(fresh.size).toBe(asked - first - stored)
  expect(text).toMatch(new RegExp(`${stored} answers? came from a cache and not from a pod`))
  expect(text).toMatch(/given by a cache \d+ times?: to everybody the same/)
  expect(text).toMatch(held)
})

test('where everything comes from a cache nothing is judged', async () => {
  const { text } = await probedBehind((_, response) => {
    response.setHeader('x-cache', 'Hit from edge')
    return 0
  })
  expect(text).toMatch(/^INCONCLUSIVE.*all answers came from a cache/m)
})
