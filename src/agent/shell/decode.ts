import type { Observation } from '../../model/probe/observation.ts'
import type { Identifier } from '../answers/identify.ts'
import type { Decoded, End, Hello } from '../protocol/protocol.ts'
import { protocolVersion } from '../protocol/protocol.ts'
import { seenAddressOf } from '../requests/seen-address.ts'
import { TargetTally } from '../protocol/tally.ts'
import { readToolOutput } from './answer.ts'

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
