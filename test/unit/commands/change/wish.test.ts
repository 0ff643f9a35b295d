import { describe, expect, test } from 'vitest'
import { readTo, readWish } from '../../../../src/commands/change/wish.ts'

type WishValues = Parameters<typeof readWish>[0]

/** What is not given is undefined, and a switch is off. */
const read = (given: Partial<WishValues>): ReturnType<typeof readWish> =>
  readWish({ 'source-ip': false, secure: false, persistent: false, ...given })

const route = { cookie: 'route' }

describe('readWish', () => {
  test.each<[Partial<WishValues>, unknown]>([
    [{}, undefined],
    [{ timeout: 60 }, undefined],
    [{ 'source-ip': true }, { kind: 'source-ip' }],
    [{ header: 'X-User' }, { kind: 'header', name: 'X-User' }],
    [route, { kind: 'cookie', name: 'route' }],
    [
      {
        ...route,
        ttl: 60_000,
        path: '/shop',
        domain: '.example.com',
        secure: true,
        'same-site': 'none',
        persistent: true,
      },
      {
        kind: 'cookie',
        name: 'route',
        ttlSeconds: 60,
        path: '/shop',
        domain: '.example.com',
        secure: true,
        sameSite: 'None',
        persistent: true,
      },
    ],
    [
      { from: 'ingress/web', path: '/shop' },
      { from: 'ingress/web', instead: { path: '/shop' } },
    ],
    [
      { to: 'istio', cookie: 'route' },
      { to: 'istio', instead: { name: 'route' } },
    ],
  ])('%j is %j', (given, wish) => {
    expect(read(given)).toStrictEqual(wish)
  })

  test.each<[Partial<WishValues>, string]>([
    [{ from: 'ingress/web', to: 'istio' }, '--from and --to cannot be used together'],
    [{ to: 'istio', with: 'istio' }, '--with and --to cannot be used together: --to names who is to do it'],
    [{ from: 'ingress/web', header: 'X-User' }, '--header and --from cannot be used together'],
    [{ to: 'istio', 'source-ip': true }, '--source-ip and --to cannot be used together'],
    [{ ...route, header: 'X-User' }, '--cookie and --header cannot be used together'],
    [{ ...route, timeout: 60 }, '--timeout is that of a Service; with --cookie it is not used'],
    [{ from: 'ingress/web', timeout: 60 }, '--timeout and --from cannot be used together'],
    [{ 'source-ip': true, ttl: 60_000 }, '--ttl needs --cookie'],
    [
      { ...route, 'same-site': 'None' },
      '--same-site None needs --secure: browsers drop such a cookie without it',
    ],
    [
      { ...route, 'same-site': 'some' },
      'invalid argument "some" for "--same-site" flag: must be one of Strict, Lax, None',
    ],
    [
      { ...route, domain: 'a;b' },
      'invalid argument "a;b" for "--domain" flag: must be a domain such as example.com',
    ],
    [{ header: 'X User' }, 'invalid argument "X User" for "--header" flag: must be the name of a header'],
    [{ cookie: 'a;b' }, 'invalid argument "a;b" for "--cookie" flag: must be the name of a cookie'],
    [{ ...route, path: 'shop' }, 'invalid argument "shop" for "--path" flag: must begin with /'],
  ])('%j is refused', (given, why) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ message: why, exitCode: 2 }))
  })

  test('--to names a mechanism', () => {
    expect(readTo({ to: 'istio', instead: {} })).toStrictEqual({ destination: 'istio', instead: {} })
    expect(() => readTo({ to: 'isto', instead: {} })).toThrow(
      /^invalid argument "isto" for "--to" flag: must be one of: .*\bistio\b/,
    )
  })
})
