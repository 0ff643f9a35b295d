import type { Outcome } from '../../model/probe/observation.ts'
import type { Answer } from '../answers/answer.ts'

/** What a tool printed, read: an answer, or why there is none. */
export type ToolResult =
  | { outcome: 'answered'; answer: Answer }
  | { outcome: Exclude<Outcome, 'answered'>; code: string; message: string }

/**
 * Reads what curl -i, wget -S or nc printed for one request. `exit` is curl's exit code, undefined for the others, whose
 * words tell. `lines` is the output cut at its line feeds, in Latin-1.
 *
 * wget writes the head of the answer indented and to its standard error, before the body; where it follows a redirection,
 * there are several, of which the first is the probed server's.
 */
export function readToolOutput(lines: readonly string[], exit: number | undefined): ToolResult {
  const start = lines.findIndex((line) => /^\s*HTTP\/\d/.test(line))
  if (start < 0) return failureOf(lines, exit)
  const isWget = lines[start]?.startsWith(' ') === true
  const status = Number(/^\s*HTTP\/\S+\s+(\d{3})/.exec(lines[start] ?? '')?.[1])
  const headers: [string, string][] = []
  let at = start + 1
  for (; at < lines.length; at++) {
    const line = lines[at]!
    if (isWget ? !line.startsWith('  ') || line.trim() === '' : line === '\r') break
    const [, name, value] = /^\s*([^\s:]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers.push([name.toLowerCase(), value])
  }
  // An empty line ends the head, but wget's is of two spaces.
  if (lines[at]?.trim() === '') at++
  const body = lines.slice(at).filter((line) => !isWget || !/^(?:wget: |\s+HTTP\/\d)/.test(line))
  return { outcome: 'answered', answer: { status, headers, body: body.join('\n') } }
}

type FailedOutcome = Exclude<Outcome, 'answered'>

/** https://curl.se/libcurl/c/libcurl-errors.html */
const curlCodes: Readonly<Record<number, FailedOutcome>> = {
  1: 'protocol',
  5: 'dns',
  6: 'dns',
  7: 'refused',
  8: 'protocol',
  18: 'reset',
  28: 'timeout',
  35: 'tls',
  51: 'tls',
  52: 'reset',
  53: 'tls',
  55: 'reset',
  56: 'reset',
  58: 'tls',
  59: 'tls',
  60: 'tls',
  66: 'tls',
  77: 'tls',
  83: 'tls',
  90: 'tls',
  91: 'tls',
}

/** What the tools' words mean, the first that fits. */
const words: readonly (readonly [RegExp, FailedOutcome])[] = [
  [/refused/i, 'refused'],
  [/reset by peer|broken pipe|closed connection|error getting response|no data received/i, 'reset'],
  [/timed? ?out|timeout/i, 'timeout'],
  [/no route|unreachable/i, 'unreachable'],
  [/bad address|resolve|not known|no such host/i, 'dns'],
  [/certificate|\bssl\b|\btls\b/i, 'tls'],
]

function failureOf(lines: readonly string[], exit: number | undefined): ToolResult {
  const message = lines.join(' ').trim().slice(0, 500)
  const byWords = words.find(([pattern]) => pattern.test(message))?.[1]
  if (exit !== undefined && exit !== 0) {
    // 7 is "could not connect", whatever the reason.
    const outcome = exit === 7 ? (byWords ?? 'refused') : (curlCodes[exit] ?? byWords ?? 'error')
    return { outcome, code: `curl ${exit}`, message: message.replace(/^curl: \(\d+\) /, '') }
  }
  if (byWords !== undefined) return { outcome: byWords, code: 'TOOL', message }
  // GNU's wget and OpenBSD's nc say nothing, whatever went wrong.
  if (message === '') return { outcome: 'error', code: 'EMPTY', message: 'there was no answer' }
  return { outcome: 'protocol', code: 'PROTOCOL', message: `not an answer in HTTP: ${message.slice(0, 80)}` }
}
