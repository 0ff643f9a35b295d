import type { CounterRule, Identity, IdentifyRule } from '../../model/probe/observation.ts'
import type { Answer } from './answer.ts'
import { pathKeys, readPath } from './json-path.ts'
import { createKin, isName } from './kin.ts'
import { type Mentions, createMentions } from './mentions.ts'

/**
 * Finds out who gave an answer.
 *
 * By default (`auto`) the answer is searched for what is known about the Service's endpoints: names, addresses,
 * hostnames. A mention is a whole token, so that `pod-1` is not found in `pod-10`. It counts only when it leaves no
 * doubt:
 *
 * - Headers that name exactly one endpoint decide, unless the body names only others. Headers speak about the
 *   answer; bodies may speak about anything, for example list all pods.
 * - Without such a header, a body that names exactly one endpoint decides.
 * - Otherwise nobody is recognised. An answer that names several endpoints says nothing about which one gave it.
 * - What names two endpoints (pods on the host's network share its address) names none.
 * - The client's own addresses are no mention: servers like to repeat where a request came from.
 *
 * An endpoint that is mentioned by all others, such as a leader, and that these do not name themselves, looks like
 * the one that answers: `src/probe/run/direct/confirm.ts` asks pods directly.
 */
export type Identifier = (answer: Answer) => Identity

/**
 * Bytes of a body that a regular expression gets: it cannot be interrupted, and one that backtracks takes longer than
 * linear. One that takes for ever holds up the agent until the Job's deadline.
 */
const regexLimit = 8192
const valueLimit = 256
/** An answer that names more pods than that is of none of them. */
const mostKin = 4

/** Headers that never say who answered. Words of a date could be the name of a pod. */
const mute = new Set([
  'accept-ranges',
  'age',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'etag',
  'expires',
  'keep-alive',
  'last-modified',
  // What a cookie names need not be who answered, and nobody else is to read its value.
  'set-cookie',
  'transfer-encoding',
  'vary',
])

/**
 * `needles` holds per known endpoint the strings that name it, `own` the addresses of the client itself.
 * Throws an Error when the user's path or expression is not a valid one.
 */
export function createIdentifier(
  rule: IdentifyRule,
  needles: readonly (readonly string[])[],
  own: readonly string[] = [],
): Identifier {
  const extract = extractor(rule)
  const ports = own.map(portOf)
  const kin = createKin(needles)
  if (extract !== undefined) return (answer) => byRule(extract(answer)) ?? unknown(answer, ports, kin)
  const mentions = createMentions(needles, own)
  return (answer) => recognise(answer, mentions) ?? unknown(answer, ports, kin)
}

/** What the user's rule takes out of an answer. */
function extractor(rule: IdentifyRule): ((answer: Answer) => string | undefined) | undefined {
  if (rule.kind === 'json') {
    const keys = pathKeys(rule.path)
    return (answer) => readPath(utf8(answer.body), keys)
  }
  if (rule.kind === 'header') {
    const wanted = rule.name.toLowerCase()
    return (answer) => answer.headers.find(([name]) => name === wanted)?.[1]
  }
  if (rule.kind === 'auto') return undefined
  const expression = new RegExp(rule.pattern, 'm')
  return (answer) => {
    const match = expression.exec(utf8(answer.body.slice(0, regexLimit)))
    return match?.[1] ?? match?.[0]
  }
}

/** Takes the number of a visit out of an answer; undefined where there is none. Throws as `createIdentifier` does. */
export function createCounter(rule: CounterRule): (answer: Answer) => number | undefined {
  const extract = extractor(rule)
  return (answer) => {
    const [digits] = /\d{1,15}/.exec(extract?.(answer) ?? '') ?? []
    return digits === undefined ? undefined : Number(digits)
  }
}

function byRule(extracted: string | undefined): Identity | undefined {
  const value = extracted?.trim() ?? ''
  return value === '' ? undefined : { source: 'rule', value: value.slice(0, valueLimit) }
}

function recognise(answer: Answer, mentions: Mentions): Identity | undefined {
  const body = mentions.find(answer.body)
  let header: { name: string; endpoint: number; value: string } | undefined
  let severalInHeaders = false
  for (const [name, value] of answer.headers) {
    if (mute.has(name)) continue
    for (const mention of mentions.find(value)) {
      if (header === undefined) header = { name, endpoint: mention.endpoint, value: mention.value }
      else if (header.endpoint !== mention.endpoint) severalInHeaders = true
    }
  }
  if (severalInHeaders) return undefined
  const only = body.length === 1 ? body[0] : undefined
  if (header === undefined) return only && { source: 'body', value: only.value }
  // The body first when both agree: what a user sees with curl.
  if (only?.endpoint === header.endpoint) return { source: 'body', value: only.value }
  if (body.length > 0 && !body.some((mention) => mention.endpoint === header.endpoint)) return undefined
  return { source: `header:${header.name}`, value: header.value }
}

/**
 * Distinct answers count as anonymous backends, so the digest must not differ between answers of one server without
 * need: the client's port, which changes with every connection, is left out. Times and request numbers stay in:
 * leaving out what might tell two servers apart would make them one, and a spread Service sticky. What holds the name of a pod
 * that came later is told apart by that alone.
 */
function unknown(answer: Answer, ports: readonly RegExp[], kin: ReturnType<typeof createKin>): Identity {
  const text = ports.reduce((text, port) => text.replace(port, ''), answer.body)
  const excerpt = formatExcerpt(answer, mute)
  const found = kin(`${excerpt}\n${answer.body}`)
  const [name, ...others] = found.filter(isName)
  const isOne = name !== undefined && others.length === 0
  const value = digest(isOne ? name : `${answer.status ?? ''} ${text}`)
  const isFew = found.length > 0 && found.length <= mostKin
  return { source: 'none', value, excerpt, ...(isFew ? { kin: found } : {}) }
}

/** Finds the port behind `address`, also with the brackets of an IPv6 address. */
function portOf(address: string): RegExp {
  return new RegExp(String.raw`(?<=${address.replaceAll('.', String.raw`\.`)}\]?):\d{1,5}(?!\d)`, 'g')
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

/**
 * A short name for a text: 64 bits in hexadecimal (two rounds of FNV-1a with different starts). Texts are told apart
 * by it, nothing is protected by it.
 */
export function digest(text: string): string {
  let one = 0x811c9dc5
  let two = 0x9747b28c
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, 0x01000193)
    two = Math.imul(two ^ unit, 0x85ebca6b)
    two ^= two >>> 13
  }
  return hex(one) + hex(two)
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** Bytes of the body and characters of the headers that an excerpt holds at most. */
const bodyLimit = 2048
const headLimit = 1024
const headerLimit = 256

/**
 * The beginning of an answer that named nobody: `HTTP 200` or `TCP`, headers but those in `without`, an empty line,
 * the beginning of the body. For people to read, and to be searched again once more endpoints are known than when the
 * agent was started.
 */
function formatExcerpt(answer: Answer, without: ReadonlySet<string>): string {
  let head = answer.status === undefined ? 'TCP\n' : `HTTP ${answer.status}\n`
  for (const [name, value] of answer.headers) {
    if (!without.has(name) && head.length < headLimit) head += `${name}: ${value.slice(0, headerLimit)}\n`
  }
  return `${head}\n${Buffer.from(answer.body.slice(0, bodyLimit), 'latin1').toString('utf8')}`
}
