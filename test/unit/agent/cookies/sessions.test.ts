import http from 'node:http'
import https from 'node:https'
import { describe, expect, test } from 'vitest'
import { makeAuthority } from '../../cluster/support/pki.ts'
import { configFor, observe } from '../support/observe.ts'
import { listen } from '../support/servers.ts'

interface Asked {
  url: string
  cookie: string | undefined
  host: string | undefined
  header: string | undefined
}

/** A server that gives each newcomer a cookie of one of two pods, and answers in the name of that pod. */
async function sticky(attributes = 'Path=/'): Promise<{ port: number; asked: Asked[] }> {
  const asked: Asked[] = []
  let next = 0
  const server = http.createServer(({ url = '', headers }, response) => {
    asked.push({ url, cookie: headers.cookie, host: headers.host, header: headers['x-user'] as string })
    const pod = /\broute=(pod-\d)/.exec(headers.cookie ?? '')?.[1] ?? `pod-${(next++ % 2) + 1}`
    if (headers.cookie === undefined) response.setHeader('set-cookie', `route=${pod}; ${attributes}`)
    response.end(`from ${pod}`)
  })
  return { port: await listen(server), asked }
}

const needles = [['pod-1'], ['pod-2']]
const jar = { jar: true }

describe('sessions', () => {
  test('take turns, each with a jar of its own', async () => {
    const { port, asked } = await sticky()
    const sessions = [jar, jar, {}]
    const { observations, dones } = await observe(
      configFor(port, { requests: 4, sessions, needles, cookieSalt: 'x' }),
    )
    expect(observations.map(({ number }) => number)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    )
    const turns = observations.map(({ session = 0 }) => session)
    const users = turns.filter((session) => session < 2)
    for (const round of [0, 1, 2, 3])
      expect(users.slice(round * 2, round * 2 + 2).toSorted((a, b) => a - b)).toEqual([0, 1])
    const of = (session: number): string[] =>
      observations
        .filter((one) => (one.session ?? 0) === session)
        .map(({ identity }) => identity?.value ?? '')
    expect(new Set(of(0)).size).toBe(1)
    expect(new Set(of(1)).size).toBe(1)
    expect(asked.filter(({ cookie }) => cookie !== undefined)).toHaveLength(6)
    expect(dones.map(({ session = 0, requests, switches }) => [session, requests, switches])).toEqual([
      [0, 4, 0],
      [1, 4, 0],
      [2, 4, expect.any(Number)],
    ])
    const [first, second] = observations.filter(({ session = 0 }) => session === 0)
    expect(first?.cookies).toMatchObject([{ name: 'route', length: 5, path: '/' }])
    expect(first?.cookiesSent).toBeUndefined()
    expect(second?.cookies).toBeUndefined()
    expect(second?.cookiesSent).toEqual(['route'])
  })

  test.each([
    [true, 1],
    [undefined, 2],
  ])('take their cookies along to the next target: %s', async (sharedJars, firstTimers) => {
    const { port, asked } = await sticky()
    const config = configFor(port, { requests: 2, sessions: [jar, {}], needles, cookieSalt: 'x' })
    const [target] = config.targets
    await observe({
      ...config,
      targets: [target!, target!],
      ...(sharedJars === undefined ? {} : { sharedJars }),
    })
    // The control never sends anything: 4 of 8.
    expect(asked.filter(({ cookie }) => cookie === undefined)).toHaveLength(4 + firstTimers)
  })

  test('say the number of the visit that the application counts in its session', async () => {
    const sessions = new Map<string, number>()
    const server = http.createServer(({ headers }, response) => {
      const id = /\bid=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? `s${sessions.size}`
      const count = (sessions.get(id) ?? 0) + 1
      sessions.set(id, count)
      response.setHeader('set-cookie', `id=${id}; Path=/`)
      response.end(`${count}th time access.`)
    })
    const counter = { kind: 'regex' as const, pattern: String.raw`(\d+)th time` }
    const config = configFor(await listen(server), {
      requests: 4,
      sessions: [jar, {}],
      cookieSalt: 'x',
      counter,
    })
    const { observations } = await observe(config)
    const counted = (session: number) =>
      observations.filter((one) => (one.session ?? 0) === session).map((one) => one.counter)
    expect(counted(0)).toEqual([1, 2, 3, 4])
    expect(counted(1)).toEqual([1, 1, 1, 1])
  })

  test('say who they are in a header of their own, or send one cookie whatever they are given', async () => {
    const { port, asked } = await sticky()
    const sessions = [
      { jar: true, header: ['X-User', 'one'] as const, isOwn: true },
      { header: ['Cookie', 'route=pod-2'] as const },
    ]
    await observe(configFor(port, { requests: 2, sessions, cookieSalt: 'x' }))
    const said = asked.map(({ header, cookie }) => [header, cookie])
    expect(said.filter(([header]) => header === 'one-0')).toHaveLength(2)
    expect(said.filter(([header]) => header === undefined)).toEqual([
      [undefined, 'route=pod-2'],
      [undefined, 'route=pod-2'],
    ])
  })

  test('each keeps to the whole schedule', async () => {
    const { port } = await sticky()
    const { observations } = await observe(
      configFor(port, { requests: 3, intervalMs: 40, sessions: [jar, jar, jar, jar], cookieSalt: 'x' }),
    )
    expect(observations).toHaveLength(12)
    expect(observations.at(-1)?.atMs).toBeGreaterThanOrEqual(105)
  })

  test('one keeps back what it must not send, and the control sends nothing', async () => {
    const { port, asked } = await sticky('Path=/(app1/.*)')
    const { observations } = await observe(
      configFor(port, { requests: 2, path: '/app1/x', sessions: [jar, {}], cookieSalt: 'x' }),
    )
    expect(asked.map(({ cookie }) => cookie)).toEqual([undefined, undefined, undefined, undefined])
    expect(observations.every(({ cookies }) => cookies?.[0]?.path === '/(app1/.*)')).toBe(true)
  })

  test('say nothing of cookies unless they are asked to', async () => {
    const { port } = await sticky()
    const { observations } = await observe(configFor(port, { requests: 2 }))
    expect(observations.some((one) => 'cookies' in one || 'cookiesSent' in one)).toBe(false)
  })

  test('send further headers, to the host that is meant', async () => {
    const { port, asked } = await sticky()
    await observe(configFor(port, { hostHeader: 'shop.lab', headers: [['X-User', 'me']] }))
    expect(asked).toMatchObject([{ host: 'shop.lab', header: 'me' }])
  })
})

describe('redirects', () => {
  /** `/` leads to `location`, and sets a cookie on the way. */
  async function redirecting(location: string): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = []
    const server = http.createServer(({ url = '', headers }, response) => {
      asked.push(`${url} ${headers.cookie ?? '-'}`)
      if (url === '/') response.writeHead(302, { location, 'set-cookie': 'a=1; Path=/' })
      response.end(`at ${url}`)
    })
    return { port: await listen(server), asked }
  }

  test('are followed on the host, with the cookies', async () => {
    const { port, asked } = await redirecting('/login?x')
    const { observations } = await observe(
      configFor(port, { requests: 2, sessions: [jar], redirects: 5, hostHeader: 'a.lab', cookieSalt: 'x' }),
    )
    expect(asked).toEqual(['/ -', '/login?x a=1', '/ a=1', '/login?x a=1'])
    expect(observations).toMatchObject([
      { status: 200, redirects: 1, cookies: [{ name: 'a' }], cookiesSent: ['a'] },
      { status: 200, redirects: 1 },
    ])
  })

  test('leave the request on the connection that was opened for it', async () => {
    const { port } = await redirecting('/in')
    const asked = { requests: 3, redirects: 5, hostHeader: 'a.lab', keepAlive: true, concurrency: 1 }
    const { observations } = await observe(configFor(port, asked))
    expect(observations.map(({ newConnection }) => newConnection)).toEqual([true, false, false])
  })

  test('lead to https, whose certificate is verified as it would be there, and with cookies for it', async () => {
    const authority = makeAuthority('redirects')
    const { cert, key } = authority.issue({ commonName: 'a.lab', dnsNames: ['a.lab'] })
    const cookies: (string | undefined)[] = []
    const secure = https.createServer({ cert, key }, ({ headers }, response) => {
      cookies.push(headers.cookie)
      response.setHeader('set-cookie', 'b=1; Secure; Path=/')
      response.end('pod-1')
    })
    const { port } = await redirecting(`https://a.lab:${await listen(secure)}/in`)
    const asked = {
      requests: 2,
      sessions: [jar],
      redirects: 5,
      hostHeader: 'a.lab',
      needles,
      cookieSalt: 'x',
    }
    const trusted = { tls: { ca: authority.cert, serverName: 'a.lab' } }
    const { observations } = await observe(configFor(port, { ...asked, ...trusted }))
    expect(observations).toMatchObject([
      {
        outcome: 'answered',
        redirects: 1,
        identity: { value: 'pod-1' },
        cookies: [{ name: 'a' }, { name: 'b' }],
      },
      { outcome: 'answered', cookiesSent: ['a', 'b'] },
    ])
    expect(cookies).toEqual(['a=1', 'a=1; b=1'])
    const refused = await observe(configFor(port, { ...asked, tls: { serverName: 'a.lab' } }))
    expect(refused.observations).toMatchObject([{ outcome: 'tls' }, { outcome: 'tls' }])
  })

  test('come to an end', async () => {
    const { port, asked } = await redirecting('/')
    const { observations } = await observe(configFor(port, { redirects: 3, hostHeader: 'a.lab' }))
    expect(asked).toHaveLength(4)
    expect(observations).toMatchObject([{ status: 302, redirects: 3 }])
  })

  test.each(['http://b.lab/', 'ftp://a.lab/', '//b.lab', 'http://['])(
    'to %s are the answer',
    async (location) => {
      const { port, asked } = await redirecting(location)
      const { observations } = await observe(configFor(port, { redirects: 3, hostHeader: 'a.lab' }))
      expect(asked).toHaveLength(1)
      expect(observations).toMatchObject([{ status: 302 }])
    },
  )

  test('are the answer unless they are to be followed', async () => {
    const { port } = await redirecting('/x')
    const { observations } = await observe(configFor(port, { hostHeader: 'a.lab' }))
    expect(observations).toMatchObject([{ status: 302 }])
  })
})
