import type { Observation, Outcome } from '../../model/probe/observation.ts'
import type { Identifier } from '../answers/identify.ts'
import { type Decoded, type End, type Hello, protocolVersion } from '../protocol/protocol.ts'
import { seenAddressOf } from '../requests/seen-address.ts'
import { TargetTally } from '../protocol/tally.ts'
import type { Answer } from '../answers/answer.ts'

/** Where every line of the agent in shell begins. */
export const shellPrefix = '@affinity '

/** Kinds of failures that are told in words. */
const toldFailures = 32
/** What the agent writes for a line feed in an answer. */
const separator = '\u001F'

/** Reads whole answers, as the other agent does where it runs. */
export interface AnswerReader {
  identify: Identifier
  /** Is this string the address of a backend? */
  isBackend: (address: string) => boolean
}

/**
 * Reads the lines of the agent in shell (agent.sh) into what the lines of the other agent hold. That one recognises
 * and counts in the pod, which a shell cannot: here it is done with the same code, on this side.
 */
export class ShellDecoder {
  readonly #reader: AnswerReader
  readonly #tally = new TargetTally()
  readonly #told = new Set<string>()
  #next = 1

  constructor(reader: AnswerReader) {
    this.#reader = reader
  }

  /** `line` begins with `shellPrefix`. */
  push(line: string): Decoded {
    const decoded: Decoded = { observations: [] }
    const [kind = '', ...words] = line.slice(shellPrefix.length).split(' ')
    if (kind === 'hello') decoded.hello = helloOf(words)
    else if (kind === 'start') {
      decoded.start = {
        scheme: words[0] === 'https' ? 'https' : 'http',
        epochMs: Number(words[1]),
        target: 0,
      }
    } else if (kind === 'o') this.#observe(words, decoded)
    else if (kind === 'end') decoded.end = this.#end(words)
    else if (kind === 'error') decoded.error = words.join(' ')
    else decoded.foreign = line
    return decoded
  }

  #observe([numberWord, atWord, tookWord, exitWord, portWord, ...rest]: string[], decoded: Decoded): void {
    const number = Number(numberWord)
    const atMs = Number(atWord)
    const tookUs = Number(tookWord)
    // One that comes again after a lost connection, or that was cut off.
    if (!(number >= this.#next) || !Number.isFinite(atMs) || !Number.isFinite(tookUs)) return
    if (number > this.#next) {
      const observations = number - this.#next
      decoded.gap = {
        fromObservation: this.#next,
        toObservation: number - 1,
        observations,
        lines: observations,
      }
    }
    this.#next = number + 1
    // Answers are compared byte by byte, as the other agent does.
    const text = Buffer.from(rest.join(' '), 'utf8').toString('latin1')
    const exit = exitWord === '-' ? undefined : Number(exitWord)
    const result = readToolOutput(text.split(separator), exit)
    const localPort = Number(portWord)
    const observation: Observation = {
      number,
      target: 0,
      atMs: Math.max(0, atMs),
      latencyMs: Math.max(0, tookUs) / 1000,
      outcome: result.outcome,
      newConnection: true,
      ...(localPort > 0 ? { localPort } : {}),
    }
    if (result.outcome === 'answered') {
      const { answer } = result
      if (answer.status !== undefined) observation.status = answer.status
      observation.identity = this.#reader.identify(answer)
      const seenAddress = seenAddressOf(answer.body, this.#reader.isBackend)
      if (seenAddress !== undefined) observation.seenAddress = seenAddress
    } else {
      const { outcome, code, message } = result
      const key = `${outcome} ${code}`
      if (!this.#told.has(key) && this.#told.size < toldFailures) {
        this.#told.add(key)
        decoded.failure = { target: 0, number, outcome, code, message }
      }
    }
    this.#tally.add(observation)
    decoded.observations.push(observation)
  }

  #end([reason, requests, durationMs]: string[]): End {
    const totals = this.#tally.totals()
    const made = Number(requests)
    return {
      ...totals,
      reason: reason === 'done' || reason === 'duration' ? reason : 'signal',
      requests: made,
      durationMs: Number(durationMs),
      // What was counted here is what arrived: with a gap nobody knows how many there were.
      switches: made === totals.requests ? totals.switches : NaN,
      stalledMs: 0,
    }
  }
}

function helloOf([client, tool = '', clock = '']: string[]): Hello {
  return {
    protocol: protocolVersion,
    agent: `shell with ${tool}`,
    node: '',
    pid: 0,
    hostname: '',
    client: Number(client),
    addresses: [],
    tool,
    isCoarse: clock === 'uptime' || clock === 'seconds',
  }
}

/** What a tool printed, read: an answer, or why there is none. */
type ToolResult =
  | { outcome: 'answered'; answer: Answer }
  | { outcome: Exclude<Outcome, 'answered'>; code: string; message: string }

/**
 * Reads what curl -i, wget -S or nc printed for one request. `exit` is curl's exit code, undefined for the others, whose
 * words tell. `lines` is the output cut at its line feeds, in Latin-1.
 *
 * wget writes the head of the answer indented and to its standard error, before the body; where it follows a redirection,
 * there are several, of which the first is the probed server's.
 */
function readToolOutput(lines: readonly string[], exit: number | undefined): ToolResult {
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
