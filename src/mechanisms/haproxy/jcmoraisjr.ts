import type { Policy } from '../../model/affinity/policy.ts'
import { defined } from '../../model/common/values.ts'
import { allOf } from '../kit/legs/conditions.ts'
import { annotationReader } from './annotations.ts'
import { type IngressBackend, goBoolean, type IngressController, type Served } from '../kit/controller.ts'
import { balanced } from './haproxytech.ts'

/** What `--annotations-prefix` is unless it is set; the first one wins. */
export const prefixes = ['haproxy-ingress.github.io/', 'ingress.kubernetes.io/'] as const

export const readKey = annotationReader(prefixes)

const usualName = 'INGRESSCOOKIE'

/** `http-header-match` and its pattern: `NAME: VALUE` in each line, all of which have to hold. */
function conditionsOf(valueOf: (name: string) => string | undefined): string | undefined {
  const linesOf = (name: string): string[] =>
    (valueOf(name) ?? '').split('\n').filter((one) => one.trim() !== '')
  const read = (line: string, how: string): string =>
    line.replace(/^\s*([^:\s]+)\s*:\s*/, `header $1 ${how} `).trim()
  return allOf([
    ...linesOf('http-header-match').map((line) => read(line, 'is')),
    ...linesOf('http-header-match-regex').map((line) => read(line, 'matches')),
  ])
}

function serve(backend: IngressBackend): Served {
  const valueOf = (name: string): string | undefined => readKey(name, backend)?.value
  const arrival = goBoolean(valueOf('service-upstream')) === true ? 'cluster-ip' : 'pods'
  // Anything else is logged as an error, and nothing is set.
  const isCookie = valueOf('affinity') === 'cookie'
  const policy = isCookie ? cookie(valueOf) : balanced(valueOf('balance-algorithm'))
  return defined({ policy, arrival, when: conditionsOf(valueOf) })
}

function cookie(valueOf: (name: string) => string | undefined): Policy {
  const strategy = valueOf('session-cookie-strategy') ?? ''
  const isSecure =
    goBoolean(valueOf('session-cookie-same-site')) === true ||
    /\bsecure\b/.test(valueOf('session-cookie-keywords') ?? '')
  return {
    kind: 'cookie',
    name: valueOf('session-cookie-name') || usualName,
    path: '/',
    ...(isSecure ? { secure: true } : {}),
    ...defined({ domain: valueOf('session-cookie-domain') }),
    // Whatever else is written is insert.
    madeBy: ['rewrite', 'prefix'].includes(strategy) ? 'application' : 'proxy',
    points: 'at-a-pod',
  }
}

export const keyNames = [
  'affinity',
  'balance-algorithm',
  'service-upstream',
  'session-cookie-domain',
  'session-cookie-dynamic',
  'session-cookie-keywords',
  'session-cookie-name',
  'session-cookie-preserve',
  'session-cookie-same-site',
  'session-cookie-shared',
  'session-cookie-strategy',
  'session-cookie-value-strategy',
] as const

const prefixed = (names: readonly string[]): string[] =>
  prefixes.flatMap((prefix) => names.map((name) => `${prefix}${name}`))

const keys = prefixed(keyNames)

/** HAProxy Ingress, of the community. */
export const jcmoraisjr: IngressController = {
  name: 'HAProxy Ingress',
  controllers: ['haproxy-ingress.github.io/controller/*'],
  classes: ['haproxy'],
  serve,
  keys: { ingress: keys, service: keys },
  switch: {
    by: prefixed(['affinity']),
    parts: prefixed(keyNames.filter((name) => name.startsWith('session-cookie-'))),
    cookie: ({ metadata: { annotations = {} } }) =>
      prefixed(['session-cookie-name']).flatMap((key) => annotations[key] ?? [])[0] ?? usualName,
  },
  instead: 'haproxy-ingress.github.io/affinity: cookie',
}
