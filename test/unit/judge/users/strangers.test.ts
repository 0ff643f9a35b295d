import { expect, test } from 'vitest'
import { strangersOf } from '../../../../src/judge/users/strangers.ts'
import type { CookieReport } from '../../../../src/model/probe/cookies/cause.ts'
import type { CookieForm } from '../../../../src/model/probe/cookies/cookie.ts'
import type { Policy } from '../../../../src/model/affinity/policy.ts'

const seen = (name: string, form: CookieForm): CookieReport => ({
  name,
  set: 1,
  values: 1,
  sent: 1,
  disagreed: 0,
  first: { length: 16, form },
})

const hash: Policy = { kind: 'cookie', name: 'route', points: 'into-a-hash' }

test.each<[string, string | undefined, Policy, CookieReport, object[]]>([
  ['the one that is meant', 'ingress-nginx', hash, seen('route', 'ring-key'), []],
  ['one of Envoy, at Istio', 'Istio gateway istio-ingress', hash, seen('route', 'quoted-hash'), []],
  ['an application’s', 'ingress-nginx', hash, seen('JSESSIONID', 'md5'), []],
  ['one of nobody knows whom', undefined, hash, seen('route', 'quoted-hash'), []],
  ['one of Envoy, at something that may be Envoy', 'Something', hash, seen('route', 'quoted-hash'), []],
  [
    'one of the configured name and another product',
    'ingress-nginx',
    hash,
    seen('route', 'quoted-hash'),
    [{ kind: 'another-maker', entry: 0, cookie: 'route', maker: 'Envoy', expected: 'ingress-nginx' }],
  ],
  [
    'one of a load balancer in front',
    'ingress-nginx',
    hash,
    seen('AWSALB', 'other'),
    [{ kind: 'another-proxy', entry: 0, cookie: 'AWSALB', maker: 'AWS ALB' }],
  ],
  ['one of a load balancer that the objects name', 'AWS ALB', hash, seen('AWSALB', 'other'), []],
  [
    'a record where a hash is configured',
    'Envoy Gateway',
    hash,
    seen('route', 'address'),
    [{ kind: 'another-kind', entry: 0, cookie: 'route', points: 'at-a-pod' }],
  ],
])('%s', (_what, by, policy, cookie, expected) => {
  expect(strangersOf(0, { by, policy }, [cookie])).toEqual(expected)
})
