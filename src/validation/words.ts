/**
 * The texts that names, labels and the like may be (k8s.io/apimachinery v0.36, pkg/util/validation/validation.go). Each
 * function says what is wrong with a text, or nothing.
 */
import { parseIp } from '../model/common/network/ip.ts'

export type WordRule = (text: string) => string | undefined

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const nameOfLabel = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

/** IsDNS1123Label: names of ports, namespaces and (as of 1.35) Services. */
export const dnsLabel: WordRule = (text) => {
  if (text.length > 63) return 'has more than 63 characters'
  if (text.includes('.') && subdomain.test(text)) return 'must not hold dots'
  return label.test(text) ? undefined : 'must be lower case letters, digits and "-", with no "-" at its ends'
}

/** IsDNS1123Subdomain: most names of objects, and host names. */
export const dnsSubdomain: WordRule = (text) => {
  if (text.length > 253) return 'has more than 253 characters'
  return subdomain.test(text)
    ? undefined
    : 'must be lower case letters, digits, "-" and ".", each part beginning and ending with a letter or digit'
}

/** IsWildcardDNS1123Subdomain: `*.example.com`. */
export const wildcardSubdomain: WordRule = (text) =>
  text.startsWith('*.') && dnsSubdomain(text.slice(2)) === undefined
    ? undefined
    : 'may begin with "*." and hold no other "*"'

/** IsFullyQualifiedDomainName: at least two labels, a trailing dot allowed. */
export const fullyQualified: WordRule = (text) => {
  const name = text.replace(/\.$/, '')
  const problem = dnsSubdomain(name)
  if (problem !== undefined) return problem
  if (!name.includes('.')) return 'must have at least two parts separated by "."'
  return name.split('.').some((part) => part.length > 63)
    ? 'has a part of more than 63 characters'
    : undefined
}

/** IsValidLabelValue. */
export const labelValue: WordRule = (text) => {
  if (text.length > 63) return 'has more than 63 characters'
  return text === '' || nameOfLabel.test(text)
    ? undefined
    : 'must be letters, digits, "-", "_" and ".", beginning and ending with a letter or digit'
}

/** IsQualifiedName: `name` or `prefix/name`: keys of labels and annotations, application protocols. */
export const qualifiedName: WordRule = (text) => {
  const parts = text.split('/')
  if (parts.length > 2) return 'may hold one "/"'
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  if (prefix === '') return 'has nothing before its "/"'
  if (prefix !== undefined && dnsSubdomain(prefix) !== undefined) return 'must have a DNS name before its "/"'
  if (name === '') return 'must have a name'
  return labelValue(name)
}

/** IsValidPortName: RFC 6335, with lower case only. */
export const portName: WordRule = (text) => {
  if (text.length > 15) return 'has more than 15 characters'
  if (!/^[-a-z0-9]+$/.test(text)) return 'must be lower case letters, digits and "-"'
  if (!/[a-z]/.test(text)) return 'must hold a letter: a number goes without quotes'
  return text.includes('--') || text.startsWith('-') || text.endsWith('-')
    ? 'may hold single "-" only, and none at its ends'
    : undefined
}

/** IsDomainPrefixedPath: `example.com/ingress`, controllers of IngressClasses. */
export const domainPrefixedPath: WordRule = (text) => {
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) return 'must be a domain, "/" and a path (example.com/ingress)'
  if (dnsSubdomain(text.slice(0, slash)) !== undefined) return 'must begin with a domain name'
  return /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(slash + 1))
    ? undefined
    : 'must have a path after its domain that a URL may hold'
}

/** IsPathSegmentName: kinds and names in references. */
export const pathSegment: WordRule = (text) => {
  if (text === '.' || text === '..') return `may not be "${text}"`
  return /[/%]/.test(text) ? 'may not hold "/" or "%"' : undefined
}

/** RFC 3339, as metav1.Time is read. */
export const time: WordRule = (text) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && isDate(text)
    ? undefined
    : 'must be a time such as 2026-01-02T03:04:05Z'

/** A day that its month has: JavaScript's dates roll over to the next. */
const isDate = (text: string): boolean => {
  const date = new Date(`${text.slice(0, 19)}Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19))
}

/** Any address in the spelling that the API wants (StrictIPCIDRValidation, on as of 1.36). */
export const ipAddress: WordRule = (text) =>
  parseIp(text) === undefined ? 'must be an IP address, without leading zeros' : undefined

/** ValidateEndpointIP: addresses that no connection to a backend may go to. */
export const endpointAddress: WordRule = (text) => {
  const ip = parseIp(text)
  if (ip === undefined) return ipAddress(text)
  const [high, low] =
    ip.family === 'IPv4' ? [Number(ip.value >> 24n), Number((ip.value >> 16n) & 255n)] : [0, 0]
  const start = ip.family === 'IPv6' ? Number(ip.value >> 118n) : 0
  if (ip.value === 0n) return 'is no address of anything'
  if (high === 127 || (ip.family === 'IPv6' && ip.value === 1n)) return 'is a loopback address'
  if ((high === 169 && low === 254) || start === 0xfe80 >> 6) return 'is a link-local address'
  if ((ip.family === 'IPv4' && ip.value >> 8n === 0xe00000n) || ip.value >> 112n === 0xff02n)
    return 'is a link-local multicast address'
  return undefined
}
