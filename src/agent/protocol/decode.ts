import type { Observation, Outcome, Replaced } from '../../model/probe/observation.ts'
import { outcomes, replacedKinds } from '../../model/probe/observation.ts'
import type { Decoded, SlotContent } from './protocol.ts'
import { identitySlots, linePrefix } from './protocol.ts'
import { type AnswerReader, ShellDecoder, shellPrefix } from '../shell/decode.ts'

/** Reads the agent's lines in the order in which they arrive, also across reconnects. Holds at most 256 identities. */
interface Decoder {
  push(line: string): Decoded
}

/** With `shell`, lines of the agent in shell are read as well: that agent leaves it to its reader to read answers. */
export function createDecoder(shell?: AnswerReader): Decoder {
  const lines = new LineDecoder()
  if (shell === undefined) return lines
  const others = new ShellDecoder(shell)
  return { push: (line) => (line.startsWith(shellPrefix) ? others : lines).push(line) }
}

interface DecodedLine extends Omit<Decoded, 'observations' | 'gap' | 'foreign'> {
  line: number
  from: number
  target?: number
  /** How often slots had been given something new, before and after this line. */
  known?: [before: number, after: number]
  at?: number
  batch?: string
  ids?: Record<string, SlotContent>
}

/** What a slot holds, as observations say it. */
type Held = Required<Pick<Observation, 'identity'>> &
  Pick<Observation, 'seenAddress' | 'cookies' | 'cookiesSent'>

class LineDecoder implements Decoder {
  /** The number of the last line that was read. */
  #lastLine = 0
  /** The number of the next observation. */
  #next = 1
  #known = 0
  readonly #slots = new Map<number, Held>()

  push(text: string): Decoded {
    const decoded: Decoded = { observations: [] }
    const line = parseLine(text)
    if (line === undefined) {
      // A line of ours that was cut off comes again, or shows as a gap.
      if (!text.startsWith(linePrefix)) decoded.foreign = text
      return decoded
    }
    if (line.line <= this.#lastLine) return decoded
    const lines = line.line - this.#lastLine - 1
    if (lines > 0 || line.from > this.#next) {
      const observations = Math.max(0, line.from - this.#next)
      decoded.gap = { fromObservation: this.#next, toObservation: line.from - 1, observations, lines }
    }
    this.#lastLine = line.line
    this.#next = line.from
    if (line.batch !== undefined) this.#readBatch(line, decoded)
    const { hello, start, failure, beat, done, end, error } = line
    if (hello !== undefined) decoded.hello = hello
    if (start !== undefined) decoded.start = start
    if (failure !== undefined) decoded.failure = failure
    if (beat !== undefined) decoded.beat = beat
    if (done !== undefined) decoded.done = done
    if (end !== undefined) decoded.end = end
    if (error !== undefined) decoded.error = error
    return decoded
  }

  #readBatch(line: DecodedLine, decoded: Decoded): void {
    this.#learn(line)
    let startUs = line.at ?? 0
    let outcome: Outcome = 'answered'
    let status = -1
    let slot = -1
    let newConnection = true
    let session = 0
    for (const item of (line.batch ?? '').split(' ')) {
      const number = this.#next++
      if (item === '-') continue
      let localPort = -1
      let replaced: Replaced | undefined
      let redirects = 0
      let counter = -1
      const [start, latency, ...fields] = item.split('.')
      startUs += readNumber(start)
      const latencyUs = readNumber(latency)
      for (const field of fields) {
        const value = field.length > 1 ? readNumber(field.slice(1)) : -1
        if (field[0] === 'O') outcome = outcomes[value] ?? 'error'
        else if (field[0] === 'S') slot = value
        else if (field[0] === 'H') status = value
        else if (field[0] === 'P') localPort = value
        else if (field[0] === 'N') session = value
        else if (field[0] === 'F') redirects = value
        else if (field[0] === 'V') counter = value
        else if (field[0] === 'R') replaced = replacedKinds[value]
        else if (field[0] === 'K' || field[0] === 'C') newConnection = field[0] === 'C'
      }
      const held = this.#slots.get(slot)
      if (slot >= 0 && held === undefined) {
        // Without its identity an observation is as good as lost, and may not pass for an answer of nobody.
        decoded.gap ??= { fromObservation: number, toObservation: number, observations: 0, lines: 0 }
        decoded.gap.toObservation = number
        decoded.gap.observations++
        continue
      }
      decoded.observations.push({
        number,
        target: line.target ?? 0,
        ...(session === 0 ? {} : { session }),
        atMs: startUs / 1000,
        latencyMs: latencyUs / 1000,
        outcome,
        ...(status < 0 ? {} : { status }),
        newConnection,
        ...(replaced === undefined ? {} : { replaced }),
        ...held,
        ...(redirects === 0 ? {} : { redirects }),
        ...(counter < 0 ? {} : { counter }),
        ...(localPort < 0 ? {} : { localPort }),
      })
    }
  }

  #learn(line: DecodedLine): void {
    const [before, after] = line.known ?? [0, 0]
    if (before !== this.#known) this.#slots.clear()
    this.#known = after
    for (const [key, { seen, set, sent, ...identity }] of Object.entries(line.ids ?? {})) {
      const slot = Number(key)
      if (!(slot >= 0 && slot < identitySlots)) continue
      const held = this.#slots.get(slot)
      // Said again comes without the excerpt.
      const same = held?.identity.source === identity.source && held.identity.value === identity.value
      const cookies = JSON.stringify([set, sent])
      const sameCookies = JSON.stringify([held?.cookies, held?.cookiesSent]) === cookies
      if (same && held.seenAddress === seen && sameCookies) continue
      this.#slots.set(slot, {
        identity,
        ...(seen === undefined ? {} : { seenAddress: seen }),
        ...(set === undefined ? {} : { cookies: set }),
        ...(sent === undefined ? {} : { cookiesSent: sent }),
      })
    }
  }
}

function parseLine(text: string): DecodedLine | undefined {
  if (!text.startsWith(linePrefix)) return undefined
  try {
    const line: DecodedLine = JSON.parse(text)
    const { batch = '', from, line: number } = line
    return Number.isInteger(number) && Number.isInteger(from) && typeof batch === 'string' ? line : undefined
  } catch {
    return undefined
  }
}

function readNumber(text: string | undefined): number {
  const value = parseInt(text ?? '', 36)
  return Number.isNaN(value) ? 0 : value
}
