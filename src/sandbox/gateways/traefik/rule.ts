import { matchesHost } from '../kit/hosts.ts'
import type { AskedRequest } from '../kit/proxy.ts'

type Matcher = (asked: AskedRequest) => boolean

const matchers: Readonly<Record<string, (...words: string[]) => Matcher>> = {
  Host: (host) => (asked) => asked.host === host?.toLowerCase(),
  HostRegexp: (pattern) => (asked) => test(pattern, asked.host),
  Path: (path) => (asked) => asked.path === path,
  PathPrefix: (prefix) => (asked) => asked.path.startsWith(prefix ?? ''),
  PathRegexp: (pattern) => (asked) => test(pattern, asked.path),
  Method: (method) => (asked) => asked.method === method,
  Header: (name, value) => (asked) => asked.headers[(name ?? '').toLowerCase()] === value,
  Query: (name, value) => (asked) => asked.query.get(name ?? '') === (value ?? ''),
}

const test = (pattern: string | undefined, text: string): boolean => new RegExp(pattern ?? '').test(text)

/** Parts of a rule: `Host(`a`, `b`)` as a whole, operators, and brackets. */
const token = /\s*(?:(\w+)\(((?:\s*`[^`]*`\s*,?)*)\)|(&&|\|\||!|\(|\)))/gy

/** What a rule of Traefik matches: `Host(`shop`) && (Path(`/a`) || PathPrefix(`/b`))`. Throws where it cannot be read. */
export function ruleOf(rule: string): Matcher {
  const tokens = [...rule.trim().matchAll(token)]
  if (tokens.map(([text]) => text).join('') !== rule.trim())
    throw new Error(`error while parsing rule ${rule}`)
  let at = 0
  const isNext = (operator: string): boolean => {
    if (tokens[at]?.[3] !== operator) return false
    at += 1
    return true
  }
  const one = (): Matcher => {
    if (isNext('!')) {
      const inner = one()
      return (asked) => !inner(asked)
    }
    if (isNext('(')) {
      const inner = either()
      if (!isNext(')')) throw new Error(`error while parsing rule ${rule}: no )`)
      return inner
    }
    const [, name = '', words = ''] = tokens[at] ?? []
    at += 1
    const matcher = matchers[name]
    if (matcher === undefined)
      throw new Error(`error while parsing rule ${rule}: unsupported function: ${name}`)
    return matcher(...[...words.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word))
  }
  const all = (): Matcher => {
    const parts = [one()]
    while (isNext('&&')) parts.push(one())
    return (asked) => parts.every((part) => part(asked))
  }
  const either = (): Matcher => {
    const parts = [all()]
    while (isNext('||')) parts.push(all())
    return (asked) => parts.some((part) => part(asked))
  }
  const whole = either()
  if (at < tokens.length) throw new Error(`error while parsing rule ${rule}`)
  return whole
}

/** A host of an Ingress, which may have a wildcard. */
export const hostMatcher =
  (pattern: string): Matcher =>
  (asked) =>
    matchesHost(pattern, asked.host)
