import { didYouMean } from '../../../model/common/words/spelling.ts'
import { goBoolean } from '../../kit/controller.ts'
import type { CookieSettings } from '../cookie.ts'
import { defined } from '../../../model/common/values.ts'

export const servicePrefix = 'traefik.ingress.kubernetes.io/service.'

/** Fields below `service.` and below its cookie, in lower case: Traefik does not tell the cases of letters apart. */
const serviceFields = [
  'serversscheme',
  'serverstransport',
  'passhostheader',
  'sticky',
  'nativelb',
  'nodeportlb',
]
const cookieFields = ['name', 'secure', 'httponly', 'samesite', 'maxage', 'path', 'domain']

/** The annotations about affinity, for whoever writes those of another controller. */
export const affinityKeys = [
  'sticky',
  'sticky.cookie',
  ...cookieFields.map((field) => `sticky.cookie.${field}`),
].map((field) => servicePrefix + field)

/** An annotation that Traefik cannot read: it then refuses the Service, and has no route to it. */
export interface Unreadable {
  key: string
  problem: string
  meant?: string
}

/** The annotations of a Service, as Traefik's Ingress provider takes them. */
export interface ServiceAnnotations {
  cookie: CookieSettings | undefined
  nativeLb: boolean | undefined
  nodePortLb: boolean
  unreadable: readonly Unreadable[]
}

/** Reads them (traefik/traefik pkg/provider/kubernetes/ingress/annotations.go and traefik/paerser, v3.6.12). */
export function readAnnotations(annotations: Readonly<Record<string, string>>): ServiceAnnotations {
  const values = new Map<string, { key: string; value: string }>()
  const unreadable: Unreadable[] = []
  for (const [key, value] of Object.entries(annotations)) {
    if (!key.toLowerCase().startsWith(servicePrefix)) continue
    const field = key.slice(servicePrefix.length).toLowerCase()
    values.set(field, { key, value })
    const problem = unknownField(field)
    if (problem !== undefined) unreadable.push({ key, ...problem })
  }
  const value = (field: string): string | undefined => values.get(field)?.value
  // `sticky: "false"` switches off all that stands below it, and so does any other word.
  const isOff = (field: string): boolean => !['', 'true'].includes((value(field) ?? '').toLowerCase())
  const isOn =
    !isOff('sticky') &&
    !isOff('sticky.cookie') &&
    [...values.keys()].some((field) => field === 'sticky.cookie' || field.startsWith('sticky.cookie.'))
  const flags = [
    'nativelb',
    'nodeportlb',
    'passhostheader',
    ...(isOn ? ['sticky.cookie.secure', 'sticky.cookie.httponly'] : []),
  ]
  for (const field of flags) {
    const one = values.get(field)
    if (one === undefined || goBoolean(one.value) !== undefined) continue
    unreadable.push({ key: one.key, problem: `"${one.value}" is neither true nor false` })
  }
  const age = values.get('sticky.cookie.maxage')
  if (isOn && age !== undefined && !/^[+-]?\d+$/.test(age.value))
    unreadable.push({ key: age.key, problem: `"${age.value}" is not a number of seconds` })
  return {
    cookie: isOn ? cookieOf(value) : undefined,
    nativeLb: goBoolean(value('nativelb')),
    nodePortLb: goBoolean(value('nodeportlb')) === true,
    unreadable,
  }
}

function cookieOf(value: (field: string) => string | undefined): CookieSettings {
  const [name, path, sameSite, domain, age] = ['name', 'path', 'samesite', 'domain', 'maxage'].map((field) =>
    value(`sticky.cookie.${field}`),
  )
  const [secure, httpOnly] = ['secure', 'httponly'].map((field) => goBoolean(value(`sticky.cookie.${field}`)))
  return {
    ...defined({ name, path, sameSite, domain }),
    ...(age === undefined || Number.isNaN(Number(age)) ? {} : { maxAge: Number(age) }),
    ...defined({ secure, httpOnly }),
  }
}

/** Why Traefik does not know a field below `service.`; undefined for those that it knows, or that a later one may know. */
function unknownField(field: string): Omit<Unreadable, 'key'> | undefined {
  const [first = '', second, third, ...more] = field.split('.')
  if (!serviceFields.includes(first)) {
    const isNear = /^(st|co|sess|aff)/.test(first)
    const meant = isNear ? didYouMean(first, serviceFields) : undefined
    const rest = [second, third, ...more].filter((part) => part !== undefined)
    return isNear
      ? { problem: 'there is no such field', ...meantBy(meant === undefined ? undefined : [meant, ...rest]) }
      : undefined
  }
  if (first !== 'sticky' || second === undefined) return undefined
  if (second !== 'cookie') {
    const rest = [third, ...more].filter((part) => part !== undefined)
    return { problem: 'sticky has cookie alone below it', ...meantBy(['sticky', 'cookie', ...rest]) }
  }
  if (third === undefined || (cookieFields.includes(third) && more.length === 0)) return undefined
  const meant = didYouMean(third, cookieFields)
  return {
    problem: 'the cookie has no such field',
    ...meantBy(meant === undefined ? undefined : ['sticky', 'cookie', meant]),
  }
}

function meantBy(parts: readonly string[] | undefined): Pick<Unreadable, 'meant'> {
  return parts === undefined ? {} : { meant: servicePrefix + parts.join('.') }
}
