import { objectName } from '../../../model/findings/finding.ts'
import { keyOf, type LooseObject, type ObjectType, refOf } from '../../../model/cluster/object.ts'
import type { Policy } from '../../../model/affinity/policy.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { type Analyzer, objectAnalyzer } from '../../analyzer.ts'
import { applicationOf } from '../../../model/probe/cookies/maker.ts'
import { byAge } from '../../kit/objects/age.ts'
import { at, list, record } from '../../kit/objects/loose.ts'
import { backendsOf } from '../routes/backends.ts'
import { type ListenerRule, rulesOf } from '../legs.ts'
import { isPattern } from '../implementations/implementations.ts'
import { gateways, grpcRoutes, httpRoutes } from '../objects.ts'
import { once } from './once.ts'
import { defined } from '../../../model/common/values.ts'

/** Cookies that browsers do not send back, or that stand in each other's way. */
export function cookieAnalyzer(about: ObjectType<LooseObject>): Analyzer {
  return objectAnalyzer({
    about,
    codes: [
      'AFF-GWAPI-ONE-NAME',
      'AFF-GWAPI-COOKIE-PATH',
      'AFF-GWAPI-NO-PATH',
      'AFF-GWAPI-APPLICATION-COOKIE',
      'AFF-GWAPI-COOKIE-ATTRIBUTES',
    ],
    needs: [gateways],
    applies: ({ spec }) =>
      list(at(spec, 'rules')).some((rule) => record(rule)['sessionPersistence'] !== undefined),
    analyse: (route, { store }, report) => {
      const isNew = once()
      const own = rulesOf(route, store)
      for (const rule of own) {
        const { index, attachment, persistence, controller } = rule
        const cookies = cookiesOf(rule)
        const [first] = cookies
        if (first === undefined || persistence === undefined) continue
        const field = `spec.rules[${index}].sessionPersistence`
        const name = first.policy.name
        const nameField = nameFieldOf(rule)
        const twin =
          name === undefined ? undefined : twinOf(rule, cookies, [...own, ...besideOf(rule, store)])
        if (twin !== undefined) {
          const [earlier, later] = [rule, twin.rule].toSorted(ruleAge) as [ListenerRule, ListenerRule]
          report('AFF-GWAPI-ONE-NAME', {
            message: oneName(name ?? '', later, earlier),
            why: twin.isCertain
              ? "The cookie's path is the same, so each answer replaces the other's cookie and both lose their pod."
              : "Where the path of the cookie is / (Envoy Gateway from 1.10 on, Gateway API from 1.7 on), each answer replaces the other's cookie and both lose their pod; up to Envoy Gateway 1.9 their paths tell them apart.",
            mend: [
              'give each rule a name of its own',
              'leave the name out: the controller makes one for each rule',
            ],
            objects: [...new Set([later.route, earlier.route])].map(refOf),
            at: { object: refOf(later.route), field: nameFieldOf(later) },
          })
        }
        const wrong = wrongPath(cookies)
        if (wrong !== undefined && isNew('path', index))
          report('AFF-GWAPI-COOKIE-PATH', { ...wrong, field: `spec.rules[${index}].matches` })
        if (controller?.label === 'kgateway' && isNew('no path', index))
          report('AFF-GWAPI-NO-PATH', {
            message: 'kgateway gives the cookie no path: browsers keep it for the directory of the page',
            why: 'A client that goes on to another directory does not send it, and gets another pod there (kgateway-dev/kgateway issue 14123).',
            mend: ['serve all pages that belong together below one directory'],
            field,
          })
        const application = name === undefined ? undefined : applicationOf(name)
        if (application !== undefined && isNew('application', index))
          report('AFF-GWAPI-APPLICATION-COOKIE', {
            message: `"${name}" is a cookie of ${application}: the gateway overwrites it`,
            why: 'The gateway keeps the address of the pod in it. An application that uses the name itself loses its sessions, or the gateway its pod.',
            mend: ['use another name, or none'],
            field: nameField,
          })
        if (attachment.protocol === 'HTTPS' && isNew('attributes', index))
          report('AFF-GWAPI-COOKIE-ATTRIBUTES', {
            message: 'the cookie is HttpOnly, and neither Secure nor SameSite',
            why: 'No controller sets them for session persistence. Browsers send it over http as well, and treat it as SameSite=Lax: not from other sites.',
            field,
          })
      }
    },
  })
}

type CookiePolicy = Extract<Policy, { kind: 'cookie' }>

interface Cookie {
  policy: CookiePolicy
  /** As far as it is known. */
  path?: string
  olderPath?: string
}

function cookiesOf({ ways }: ListenerRule): Cookie[] {
  return ways.flatMap(({ policy, reading }) =>
    policy.kind !== 'cookie' ? [] : [defined({ policy, path: policy.path, olderPath: reading?.olderPath })],
  )
}

interface Twin {
  rule: ListenerRule
  isCertain: boolean
}

/** Another rule at the same gateway and host with a cookie of this name and another Service. */
function twinOf(
  rule: ListenerRule,
  cookies: readonly Cookie[],
  rules: readonly ListenerRule[],
): Twin | undefined {
  for (const other of rules) {
    const isItself = keyOf(refOf(other.route)) === keyOf(refOf(rule.route)) && other.index === rule.index
    if (isItself || !sharesHost(rule, other) || serviceKey(rule) === serviceKey(other)) continue
    for (const a of cookies)
      for (const b of cookiesOf(other)) {
        if (a.policy.name !== b.policy.name) continue
        if (a.path !== undefined && b.path !== undefined) {
          if (a.path === b.path) return { rule: other, isCertain: true }
        } else if (a.olderPath !== undefined && b.olderPath !== undefined)
          return { rule: other, isCertain: a.olderPath === b.olderPath }
      }
  }
  return undefined
}

function sharesHost({ attachment: a }: ListenerRule, { attachment: b }: ListenerRule): boolean {
  if (a.to === undefined || b.to === undefined) return false
  const isSameGateway = a.to.namespace === b.to.namespace && a.to.name === b.to.name
  return isSameGateway && a.hosts.some((host) => b.hosts.includes(host))
}

function serviceKey({ rule, route }: ListenerRule): string {
  const all = backendsOf(rule, route).map(({ to }) => `${to.namespace}/${to.name}`)
  return [...new Set(all)].toSorted().join()
}

/** Rules with sessions by gateway and host, once for each list of routes. */
const knownRules = new WeakMap<readonly LooseObject[], ReadonlyMap<string, readonly ListenerRule[]>>()

/** The rules of all routes at the same gateway and a host of the rule. */
function besideOf({ attachment }: ListenerRule, store: Store): ListenerRule[] {
  return [httpRoutes, grpcRoutes].flatMap((type) => {
    const all = store.list(type)
    if (!all.known) return []
    let rules = knownRules.get(all.value)
    if (rules === undefined) {
      rules = rulesByHost(all.value, store)
      knownRules.set(all.value, rules)
    }
    return keysOf(attachment).flatMap((key) => rules.get(key) ?? [])
  })
}

function rulesByHost(routes: readonly LooseObject[], store: Store): Map<string, ListenerRule[]> {
  const found = new Map<string, ListenerRule[]>()
  for (const route of routes)
    for (const rule of rulesOf(route, store)) {
      if (rule.persistence === undefined) continue
      for (const key of keysOf(rule.attachment)) {
        const before = found.get(key)
        if (before === undefined) found.set(key, [rule])
        else before.push(rule)
      }
    }
  return found
}

function keysOf({ to, hosts }: ListenerRule['attachment']): string[] {
  return to === undefined ? [] : hosts.map((host) => `${to.namespace}/${to.name} ${host}`)
}

function ruleAge({ route: a, index }: ListenerRule, { route: b, index: other }: ListenerRule): number {
  return byAge(a, b) || index - other
}

function nameFieldOf({ index, persistence }: ListenerRule): string {
  const field = `spec.rules[${index}].sessionPersistence`
  return persistence?.nameField === undefined ? field : `${field}.${persistence.nameField}`
}

function oneName(name: string, { route, attachment }: ListenerRule, rule: ListenerRule): string {
  const host = attachment.hosts.find((one) => rule.attachment.hosts.includes(one)) ?? '*'
  const services = backendsOf(rule.rule, rule.route).map(({ to }) => to.name)
  const where = keyOf(refOf(route)) === keyOf(refOf(rule.route)) ? '' : `${objectName(refOf(rule.route))} `
  return `cookie "${name}" on ${host} is also that of ${where}rules[${rule.index}], which leads to another Service (${services.join()})`
}

/** Up to Envoy Gateway 1.9 the cookie has the path of the match. */
function wrongPath(cookies: readonly Cookie[]): { message: string; why: string; mend: string[] } | undefined {
  const paths = cookies.map(({ path, olderPath }) => path ?? olderPath)
  const isSure = cookies.every(({ path }) => path !== undefined)
  const when = isSure ? '' : 'Up to Envoy Gateway 1.9: '
  const pattern = paths.find((path) => path !== undefined && isPattern(path))
  if (pattern !== undefined)
    return {
      message: `${when}the path of the cookie is "${pattern}", as the regular expression begins`,
      why: 'No page has a path that begins so: browsers never send the cookie back, and every request may go to another pod.',
      mend: ['match by PathPrefix'],
    }
  const different = [...new Set(paths)]
  if (different.length < 2) return undefined
  return {
    message: `${when}each path of the rule has a cookie of its own: ${different.join(', ')}`,
    why: 'A client that uses several of them has a session, and maybe another pod, for each.',
    mend: ['match a prefix that all of them share'],
  }
}
