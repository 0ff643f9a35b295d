import { didYouMean } from '../../model/common/words/spelling.ts'

/** Attributes of the target groups of Application Load Balancers. */
const albAttributes = [
  'deregistration_delay.timeout_seconds',
  'lambda.multi_value_headers.enabled',
  'load_balancing.algorithm.anomaly_mitigation',
  'load_balancing.algorithm.type',
  'load_balancing.cross_zone.enabled',
  'slow_start.duration_seconds',
  'stickiness.app_cookie.cookie_name',
  'stickiness.app_cookie.duration_seconds',
  'stickiness.enabled',
  'stickiness.lb_cookie.duration_seconds',
  'stickiness.type',
  'target_group_health.dns_failover.minimum_healthy_targets.count',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
] as const

/** Those of Network Load Balancers. */
const nlbAttributes = [
  'deregistration_delay.connection_termination.enabled',
  'deregistration_delay.timeout_seconds',
  'load_balancing.cross_zone.enabled',
  'preserve_client_ip.enabled',
  'proxy_protocol_v2.enabled',
  'stickiness.enabled',
  'stickiness.type',
  'target_group_health.dns_failover.minimum_healthy_targets.count',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
  'target_health_state.unhealthy.connection_termination.enabled',
  'target_health_state.unhealthy.draining_interval_seconds',
] as const

export type BalancerKind = 'alb' | 'nlb'

const known: Readonly<Record<BalancerKind, readonly string[]>> = { alb: albAttributes, nlb: nlbAttributes }

/** `k1=v1,k2=v2`, as the AWS Load Balancer Controller reads it; the last of two with one key counts (pkg/annotations/parser.go). */
export function parseAttributes(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    partsOf(text).flatMap((part): [string, string][] => {
      const at = part.indexOf('=')
      return at <= 0 ? [] : [[part.slice(0, at), part.slice(at + 1)]]
    }),
  )
}

function partsOf(text = ''): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}

/** The same text with other values of some keys, and without those of another kind of stickiness. */
export function withAttributes(now = '', wanted: Readonly<Record<string, string>>): string {
  const given = parseAttributes(now)
  const isOther = (key: string): boolean => key.startsWith('stickiness.app_cookie.')
  const isSame = Object.entries(wanted).every(([key, value]) => given.get(key) === value)
  if (isSame && ![...given.keys()].some(isOther)) return now
  const kept = now.split(',').filter((part) => {
    const [key = ''] = part.trim().split('=')
    return key !== '' && !(key in wanted) && !isOther(key)
  })
  return [...kept, ...Object.entries(wanted).map(([key, value]) => `${key}=${value}`)].join(',')
}

/** The same text without stickiness. */
export function withoutStickiness(now = ''): string {
  const isSticky = (part: string): boolean => part.trim().startsWith('stickiness.')
  return now.split(',').some(isSticky)
    ? now
        .split(',')
        .filter((part) => !isSticky(part))
        .join(',')
    : now
}

/** What of it cannot be read, in words: the controller stops at it. */
export function unreadParts(text: string | undefined): string[] {
  return partsOf(text).flatMap((part) => {
    if (part.indexOf('=') <= 0) return [`"${part}" is not KEY=VALUE`]
    return /\s=|=\s/.test(part)
      ? [`a space stands beside the = of "${part}", and is taken for a part of it`]
      : []
  })
}

/** Keys that no such load balancer has, and that look like one about stickiness: with the one that is meant. */
export function misspelt(attributes: ReadonlyMap<string, string>, of: BalancerKind): Map<string, string> {
  const found = new Map<string, string>()
  for (const key of attributes.keys()) {
    if (known[of].includes(key)) continue
    const meant = didYouMean(key, known[of])
    // What is like nothing may be newer than this list.
    if (meant !== undefined && (meant.startsWith('stickiness.') || /^sti[cn]/.test(key)))
      found.set(key, meant)
  }
  return found
}

/** Whether somebody wants stickiness, however it is spelt. */
export function wantsStickiness(attributes: ReadonlyMap<string, string>, of: BalancerKind): boolean {
  const meant = misspelt(attributes, of)
  const keys = [...attributes.keys()].map((key) => meant.get(key) ?? key)
  const enabled = [...attributes].find(([key]) => (meant.get(key) ?? key) === 'stickiness.enabled')
  return enabled === undefined
    ? keys.some((key) => key.startsWith('stickiness.'))
    : enabled[1].toLowerCase() !== 'false'
}

/** A value that AWS refuses: what is wrong, and what to write. */
interface WrongValue {
  problem: string
  mend: string
}

/** What is wrong with values about stickiness. */
export function wrongValues(attributes: ReadonlyMap<string, string>, of: BalancerKind): WrongValue[] {
  const wrong: WrongValue[] = []
  const say = (problem: string, mend: string): number => wrong.push({ problem, mend })
  const enabled = attributes.get('stickiness.enabled')
  if (enabled !== undefined && !['true', 'false'].includes(enabled))
    say(`stickiness.enabled is true or false, not "${enabled}"`, 'write stickiness.enabled=true')
  const types = of === 'alb' ? ['lb_cookie', 'app_cookie'] : ['source_ip']
  const type = attributes.get('stickiness.type')
  if (type !== undefined && !types.includes(type))
    say(
      `stickiness.type of ${of === 'alb' ? 'an ALB' : 'an NLB'} is ${types.join(' or ')}, not "${type}"`,
      `write stickiness.type=${types[0]}`,
    )
  for (const kind of ['lb_cookie', 'app_cookie']) {
    const seconds = attributes.get(`stickiness.${kind}.duration_seconds`)
    if (seconds !== undefined && !(/^\d+$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= week))
      say(
        `stickiness.${kind}.duration_seconds is 1 to ${week}, not "${seconds}"`,
        `write stickiness.${kind}.duration_seconds=${defaultCookieSeconds}`,
      )
  }
  if (type === 'app_cookie' && !attributes.has('stickiness.app_cookie.cookie_name'))
    say(
      'stickiness.type=app_cookie needs stickiness.app_cookie.cookie_name',
      "add stickiness.app_cookie.cookie_name=NAME, with the name of the application's cookie",
    )
  const name = attributes.get('stickiness.app_cookie.cookie_name') ?? ''
  if (/^AWSALB(APP|TG)?($|-)/.test(name))
    say(
      `the cookie name ${name} is reserved for the load balancer`,
      "name the application's cookie in stickiness.app_cookie.cookie_name",
    )
  return wrong
}

/** Seven days, in seconds: as long as AWS keeps a cookie. */
export const week = 604_800

/** What an ALB keeps a cookie for when nothing is said: one day. */
export const defaultCookieSeconds = 86_400
