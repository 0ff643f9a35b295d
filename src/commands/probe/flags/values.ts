import { readFileSync } from 'node:fs'
import type { CounterRule, IdentifyMode } from '../../../model/probe/observation.ts'
import { messageOf, invalidValue, UserError } from '../../../model/common/user-error.ts'

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

/** The bytes of a text in UTF-8, with the escapes \n \r \t \\ \xHH; one character per byte. */
export function payloadOf(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  if (bytes.length > 1024)
    throw invalidValue('send', `${text.slice(0, 20)}…`, 'must not be longer than 1024 bytes')
  return bytes.replaceAll(/\\(x[\da-f]{2}|.|$)/gi, (escape, what: string) => {
    const named = escapes[what]
    if (named !== undefined) return named
    if (!/^x./i.test(what)) throw invalidValue('send', text, `"${escape}" is none of \\n \\r \\t \\\\ \\xHH`)
    return String.fromCharCode(parseInt(what.slice(1), 16))
  })
}

/** Requests per second, or `max` → milliseconds between two requests. */
export function intervalOf(rate: string): number {
  if (rate === 'max') return 0
  const perSecond = Number(rate)
  if (!(perSecond >= 0.001 && perSecond <= 10_000)) {
    throw invalidValue('rate', rate, 'must be a number of requests per second from 0.001 to 10000, or "max"')
  }
  return 1000 / perSecond
}

/** `99.9%` or `0.999` → 0.001. The smallest error is 10⁻¹⁵: below it floating point would print nonsense. */
export function acceptedErrorOf(confidence: string): number {
  const percent = confidence.endsWith('%')
  const value = Number(percent ? confidence.slice(0, -1) : confidence)
  const error = percent ? (100 - value) / 100 : 1 - value
  if (confidence === '' || !(error >= 1e-15 && error <= 0.5)) {
    throw invalidValue('confidence', confidence, 'must be at least 50% (0.5) and less than 100% (1)')
  }
  // 100 − 99.9999 is 0.000099999…4: keep the digits that were meant.
  return Number(error.toPrecision(6))
}

/** `auto`, `json:PATH` and so on. */
export function identifyModeOf(text: string, flag = 'identify'): IdentifyMode {
  if (text === 'auto' || text === 'access-log' || text === 'sockets' || text === 'anonymous') {
    return { kind: text }
  }
  const [, kind, value] = /^(json|header|regex):(.+)$/s.exec(text) ?? []
  if (kind === 'json') return { kind, path: value! }
  if (kind === 'header') {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(value!))
      throw invalidValue('identify', text, 'is not the name of a header')
    return { kind, name: value! }
  }
  if (kind === 'regex') {
    try {
      void new RegExp(value!)
    } catch (error) {
      throw invalidValue(flag, text, messageOf(error))
    }
    return { kind, pattern: value! }
  }
  throw invalidValue(
    'identify',
    text,
    'must be auto, access-log, sockets, anonymous, json:PATH, header:NAME or regex:RE',
  )
}

/** `json:PATH` or `regex:RE`. */
export function counterOf(text: string): CounterRule {
  if (!/^(?:json|regex):./s.test(text))
    throw invalidValue('session-counter', text, 'must be json:PATH or regex:RE')
  const rule = identifyModeOf(text, 'session-counter')
  if (rule.kind !== 'json' && rule.kind !== 'regex') throw new Error('a counter is a path or an expression')
  return rule
}

/** `NAME: VALUE`, as curl takes it. What the client says itself may not be said twice. */
export function headerOf(text: string): [name: string, value: string] {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):\s*([\x20-\x7e]*)$/.exec(text) ?? []
  if (name === '') throw invalidValue('header', text, "must be 'NAME: VALUE' in ASCII")
  const own: Record<string, string> = { host: '--host', cookie: '--jar', connection: '--keep-alive' }
  const flag = own[name.toLowerCase()]
  if (flag !== undefined) throw invalidValue('header', text, `is up to ${flag}`)
  return [name, value]
}

/** The certificates in a file. */
export function readCa(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`cannot read --ca "${file}": ${messageOf(error)}`, { cause: error })
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalidValue('ca', file, 'the file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)')
  }
  return text
}
