import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CookieJar } from '../../../../src/agent/cookies/jar.ts'
import { type CookiePlace, defaultPath, pathMatches } from '../../../../src/model/probe/cookies/cookie.ts'

const now = Date.UTC(2030, 0, 1)

function place(url: string): CookiePlace {
  const { hostname, pathname, search, protocol } = new URL(url)
  return { host: hostname, path: pathname + search, secure: protocol === 'https:' }
}

/** What is sent to `to` after `from` has set `headers`, one after the other. */
function sent(from: string, headers: string[], to = from, later = 0): string {
  const jar = new CookieJar()
  for (const header of headers) jar.take(header, place(from), now)
  return jar
    .cookiesFor(place(to), now + later)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

function refused(from: string, header: string): string | undefined {
  return new CookieJar().take(header, place(from), now)?.refused
}

describe('Path', () => {
  test.each([
    [
      'a cookie without it is sent in the folder of its answer',
      'http://a.lab/x/y',
      'a=1',
      'http://a.lab/x/z',
      'a=1',
    ],
    ['and below that', 'http://a.lab/x/y', 'a=1', 'http://a.lab/x/z/q?r', 'a=1'],
    ['and nowhere else', 'http://a.lab/x/y', 'a=1', 'http://a.lab/y', ''],
    ['the folder of /x is /', 'http://a.lab/x', 'a=1', 'http://a.lab/y', 'a=1'],
    ['a query has no folders', 'http://a.lab/x?/y/z', 'a=1', 'http://a.lab/y', 'a=1'],
    ['is not a prefix of text', 'http://a.lab/', 'a=1; Path=/app', 'http://a.lab/apple', ''],
    ['may end with a slash', 'http://a.lab/', 'a=1; Path=/app/', 'http://a.lab/app/x', 'a=1'],
    ['and then does not cover itself without', 'http://a.lab/', 'a=1; Path=/app/', 'http://a.lab/app', ''],
    [
      'that does not begin with a slash is none',
      'http://a.lab/x/y',
      'a=1; Path=app',
      'http://a.lab/x/',
      'a=1',
    ],
    ['need not cover where it comes from', 'http://a.lab/x', 'a=1; Path=/y', 'http://a.lab/y', 'a=1'],
    [
      'of a regular expression covers no request',
      'http://a.lab/app1/x',
      'a=1; Path=/(app1/.*)',
      'http://a.lab/app1/x',
      '',
    ],
    ['the last one counts', 'http://a.lab/x', 'a=1; Path=/x; Path=/', 'http://a.lab/y', 'a=1'],
  ])('%s', (_, from, header, to, expected) => {
    expect(sent(from, [header], to)).toBe(expected)
  })
})

describe('Domain', () => {
  test.each([
    ['without it only the host gets it', 'http://a.lab/', 'a=1', 'http://b.a.lab/', ''],
    ['with it those below, too', 'http://a.lab/', 'a=1; Domain=a.lab', 'http://b.a.lab/', 'a=1'],
    ['a dot before it changes nothing', 'http://x.a.lab/', 'a=1; Domain=.A.lab', 'http://b.a.lab/', 'a=1'],
    ['an empty one is none', 'http://a.lab/', 'a=1; Domain=', 'http://b.a.lab/', ''],
    ['an address is its own domain', 'http://10.0.0.1/', 'a=1; Domain=10.0.0.1', 'http://10.0.0.1/', 'a=1'],
    [
      'a host that is a public suffix is alone',
      'http://localhost/',
      'a=1; Domain=localhost',
      'http://localhost/',
      'a=1',
    ],
  ])('%s', (_, from, header, to, expected) => {
    expect(sent(from, [header], to)).toBe(expected)
  })

  test.each([
    ['of somebody else', 'http://a.lab/', 'a=1; Domain=b.lab'],
    ['of a host below', 'http://a.lab/', 'a=1; Domain=b.a.lab'],
    ['of a name that only ends the same', 'http://ba.lab/', 'a=1; Domain=a.lab'],
    ['of everybody', 'http://a.lab/', 'a=1; Domain=lab'],
    ['of a part of an address', 'http://10.0.0.1/', 'a=1; Domain=0.0.1'],
  ])('is refused when it is that %s', (_, from, header) => {
    expect(refused(from, header)).toBe('domain')
  })
})

describe('Secure', () => {
  test('is sent over https only', () => {
    expect(sent('https://a.lab/', ['a=1; Secure'], 'https://a.lab/')).toBe('a=1')
    expect(sent('https://a.lab/', ['a=1; Secure'], 'http://a.lab/')).toBe('')
  })

  test.each([
    ['http://a.lab/', 'a=1; Secure', 'secure-over-http'],
    ['https://a.lab/', 'a=1; SameSite=None', 'samesite-none'],
    ['https://a.lab/', 'a=1; SameSite=None; Secure', undefined],
    ['http://a.lab/', 'a=1; SameSite=Lax', undefined],
    ['https://a.lab/', '__Secure-a=1', 'prefix'],
    ['https://a.lab/', '__Host-a=1; Secure; Path=/; Domain=a.lab', 'prefix'],
    ['https://a.lab/', '__Host-a=1; Secure; Path=/', undefined],
    ['http://a.lab/', `a=${'1'.repeat(4096)}`, 'too-long'],
  ])('from %s, %s: %s', (from, header, expected) => {
    expect(refused(from, header)).toBe(expected)
  })

  test('may not be overwritten over http', () => {
    const jar = new CookieJar()
    jar.take('a=1; Secure', place('https://a.lab/'), now)
    expect(jar.take('a=2', place('http://a.lab/'), now)?.refused).toBe('overwrites-secure')
  })
})

describe('how long', () => {
  test.each([
    ['a=1; Max-Age=10', 9999, 'a=1'],
    ['a=1; Max-Age=10', 10_000, ''],
    ['a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 0, 'a=1'],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 0, ''],
    ['a=1; Expires=Tue, 01 Jan 2030 00:01:00 GMT', 59_999, 'a=1'],
    ['a=1; Expires=never', 1e12, 'a=1'],
    ['a=1; Max-Age=soon', 1e12, 'a=1'],
    ['a=1; Max-Age=99999999999', 401 * 86_400_000, ''],
  ])('%s, %d ms later: "%s"', (header, later, expected) => {
    expect(sent('http://a.lab/', [header], 'http://a.lab/', later)).toBe(expected)
  })

  test('an end in the past forgets what is there', () => {
    expect(sent('http://a.lab/', ['a=1', 'a=2; Max-Age=0'])).toBe('')
    expect(sent('http://a.lab/', ['a=1', 'a=2; Max-Age=-5'])).toBe('')
    expect(sent('http://a.lab/x/y', ['a=1', 'a=2; Max-Age=0; Path=/'])).toBe('a=1')
  })
})

describe('several', () => {
  test('of one name, domain and path are one, the last', () => {
    expect(sent('http://a.lab/', ['a=1', 'a=2'])).toBe('a=2')
    expect(sent('http://a.lab/', ['a=1; Path=/', 'a="2"; Path=/'])).toBe('a="2"')
  })

  test('of one name with different paths are all sent, the longest path first', () => {
    expect(sent('http://a.lab/x/y/z', ['a=1; Path=/', 'a=2; Path=/x/y', 'a=3; Path=/x'])).toBe(
      'a=2; a=3; a=1',
    )
  })

  test('of one path are sent in the order in which they were made, not changed', () => {
    expect(sent('http://a.lab/', ['a=1', 'b=1', 'a=2'])).toBe('a=2; b=1')
  })
})

test.each(['', ';', '=', 'a\u0001=1', ' ; Path=/'])('%j sets nothing', (header) => {
  expect(new CookieJar().take(header, place('http://a.lab/'), now)).toBeUndefined()
})

describe('whatever comes', () => {
  const token = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/)
  const path = fc
    .array(fc.constantFrom('a', 'b', 'app'), { maxLength: 3 })
    .map((parts) => `/${parts.join('/')}`)
  const attribute = fc.oneof(
    path.map((value) => `Path=${value}`),
    fc.constantFrom(
      'Secure',
      'HttpOnly',
      'SameSite=Lax',
      'Max-Age=60',
      'Max-Age=0',
      'Domain=a.lab',
      'Domain=b.lab',
    ),
    fc.string(),
  )
  const header = fc
    .tuple(token, fc.stringMatching(/^[\w"|.=-]{0,12}$/), fc.array(attribute, { maxLength: 4 }))
    .map(([name, value, attributes]) => [`${name}=${value}`, ...attributes].join('; '))
  const url = fc
    .tuple(fc.constantFrom('http', 'https'), fc.constantFrom('a.lab', 'x.a.lab', 'b.lab', '10.0.0.1'), path)
    .map(([scheme, host, rest]) => `${scheme}://${host}${rest}`)

  test('a refused cookie is never sent, and one of another host only with its Domain', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(url, header), { maxLength: 12 }), url, (answers, to) => {
        const jar = new CookieJar()
        const allowed = new Set<string>()
        for (const [from, text] of answers) {
          const taken = jar.take(text, place(from), now)
          if (taken === undefined || taken.refused !== undefined) continue
          const { cookie } = taken
          if (cookie.secure && !to.startsWith('https')) continue
          const setPath = cookie.path ?? defaultPath(place(from).path)
          if (!pathMatches(place(to).path, setPath)) continue
          const isSame = place(from).host === place(to).host
          if (isSame || cookie.domain !== undefined) allowed.add(`${cookie.name}=${cookie.value}`)
        }
        for (const { name, value } of jar.cookiesFor(place(to), now))
          expect(allowed).toContain(`${name}=${value}`)
      }),
      { numRuns: 500 },
    )
  })

  test('what a path covers is itself and what is below', () => {
    fc.assert(
      fc.property(path, path, (request, cookie) => {
        const parts = (text: string): string[] => text.split('/').filter((part) => part !== '')
        const isBelow = parts(cookie).every((part, index) => parts(request)[index] === part)
        expect(pathMatches(request, cookie)).toBe(isBelow)
      }),
    )
  })
})
