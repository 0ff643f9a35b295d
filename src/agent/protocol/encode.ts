import type { Identity, Observation, Outcome } from '../../model/probe/observation.ts'
import { outcomes, replacedKinds } from '../../model/probe/observation.ts'
import type { Beat, End, FailureReason, Hello, Start, TargetEnd } from './protocol.ts'
import type { SlotContent } from './protocol.ts'
import { identitySlots } from './protocol.ts'

/** A line is ended beyond this many bytes: well below the 16 KiB at which container runtimes cut lines. */
const lineBytes = 8192
/** A slot in use is said again after this many lines, so that a reader that missed it goes on soon. */
const repeatLines = 16
/** Excerpts are the bulk of the output when every answer is different: this many at once, then so many a second. */
const excerptBurst = 32
const excerptsPerSecond = 2
/** Bytes of an excerpt in JSON, where a control character takes six. */
const excerptBytes = 4096

interface Slot {
  index: number
  saidInLine: number
}

/** Writes the lines that protocol.ts describes. `write` gets each without its line end. */
export class Encoder {
  readonly #write: (line: string) => void
  #line = 0
  /** The number of the next observation. */
  #next = 1
  #target = 0

  /** The batch that is being filled: the number of its first observation, its items, and what they hold so far. */
  #from = 1
  #batch = ''
  #ids = ''
  #bytes = 0
  #usedSlots = new Set<number>()
  #knownBefore = 0
  #atUs = 0
  #startUs = 0
  #outcome: Outcome = 'answered'
  #status: number | undefined
  #slot = -1
  #newConnection = true
  #session = 0

  /** By key, longest unused first. */
  readonly #slots = new Map<string, Slot>()
  #known = 0
  #excerpts = excerptBurst
  #excerptsAtUs = 0

  /** The number of the last observation that was added or skipped. */
  get lastNumber(): number {
    return this.#next - 1
  }

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  /** Observations must come in the order of their numbers, none left out; see `skip`. */
  add(observation: Observation): void {
    const { identity, localPort, replaced, redirects, counter, session = 0 } = observation
    const startUs = Math.max(this.#startUs, Math.round(observation.atMs * 1000))
    this.#about(observation.target)
    const content = identity && contentOf(identity, observation)
    const slot = content === undefined ? -1 : this.#slotOf(content, startUs)
    if (this.#batch === '') this.#atUs = this.#startUs = startUs
    let item = `${(startUs - this.#startUs).toString(36)}.${toMicroseconds(observation.latencyMs).toString(36)}`
    this.#startUs = startUs
    if (observation.outcome !== this.#outcome) {
      this.#outcome = observation.outcome
      item += `.O${outcomes.indexOf(observation.outcome).toString(36)}`
    }
    if (slot !== this.#slot) {
      this.#slot = slot
      item += slot < 0 ? '.S' : `.S${slot.toString(36)}`
    }
    if (observation.status !== this.#status) {
      this.#status = observation.status
      item += observation.status === undefined ? '.H' : `.H${observation.status.toString(36)}`
    }
    if (observation.newConnection !== this.#newConnection) {
      this.#newConnection = observation.newConnection
      item += observation.newConnection ? '.C' : '.K'
    }
    if (replaced !== undefined) item += `.R${replacedKinds.indexOf(replaced)}`
    if (session !== this.#session) {
      this.#session = session
      item += `.N${session.toString(36)}`
    }
    if (redirects !== undefined) item += `.F${redirects.toString(36)}`
    if (counter !== undefined) item += `.V${counter.toString(36)}`
    if (localPort !== undefined) item += `.P${localPort.toString(36)}`
    this.#append(item)
  }

  /** The run ended before the request with the next number did. */
  skip(): void {
    if (this.#batch === '') this.#atUs = this.#startUs
    this.#append('-')
  }

  hello(hello: Hello): void {
    this.#say('hello', hello)
  }

  start(start: Start): void {
    this.#about(start.target)
    this.#say('start', start)
  }

  failure(failure: FailureReason): void {
    this.#say('failure', failure)
  }

  done(done: TargetEnd): void {
    this.#say('done', done)
  }

  beat(beat: Beat): void {
    this.#say('beat', beat)
  }

  end(end: End): void {
    this.#say('end', end)
  }

  error(message: string): void {
    this.#say('error', message)
  }

  /** Writes the observations that wait for their line to become full. False when there were none. */
  flush(): boolean {
    if (this.#batch === '') return false
    const ids = this.#ids === '' ? '' : `"ids":{${this.#ids}},`
    const known = `"known":[${this.#knownBefore},${this.#known}]`
    this.#write(`${this.#head(this.#from)},${known},${ids}"at":${this.#atUs},"batch":"${this.#batch}"}`)
    this.#from = this.#next
    this.#batch = this.#ids = ''
    this.#bytes = 0
    this.#usedSlots.clear()
    this.#knownBefore = this.#known
    this.#outcome = 'answered'
    this.#status = undefined
    this.#slot = -1
    this.#newConnection = true
    this.#session = 0
    return true
  }

  #append(item: string): void {
    this.#batch += this.#batch === '' ? item : ` ${item}`
    this.#next++
    this.#bytes += item.length + 1
    if (this.#bytes > lineBytes) this.flush()
  }

  #say(key: string, value: unknown): void {
    this.flush()
    this.#write(`${this.#head(this.#next)},"${key}":${JSON.stringify(value)}}`)
  }

  /** All that follows is about this target: a line speaks of one. */
  #about(target: number): void {
    if (target === this.#target) return
    this.flush()
    this.#target = target
  }

  #head(from: number): string {
    return `{"line":${++this.#line},"from":${from}${this.#target === 0 ? '' : `,"target":${this.#target}`}`
  }

  /** The slot that holds `identity` in the current line. */
  #slotOf(identity: SlotContent, nowUs: number): number {
    const key = keyOf(identity)
    const slot = this.#slots.get(key)
    if (slot === undefined) return this.#assign(key, identity, nowUs)
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    if (this.#line + 1 - slot.saidInLine >= repeatLines) {
      this.#announce(slot, withoutExcerpt(identity))
    }
    this.#usedSlots.add(slot.index)
    return slot.index
  }

  #assign(key: string, identity: SlotContent, nowUs: number): number {
    const slot: Slot = { index: this.#slots.size, saidInLine: 0 }
    const [longestUnused] = this.#slots
    if (slot.index >= identitySlots && longestUnused !== undefined) {
      const [oldest, { index }] = longestUnused
      // A slot means one thing within a line.
      if (this.#usedSlots.has(index)) this.flush()
      this.#slots.delete(oldest)
      slot.index = index
    }
    this.#slots.set(key, slot)
    this.#announce(slot, this.#withExcerpt(identity, nowUs))
    this.#known++
    this.#usedSlots.add(slot.index)
    return slot.index
  }

  /** May end the line, so it comes before everything that belongs to the line of the observation. */
  #announce(slot: Slot, identity: SlotContent): void {
    const text = `"${slot.index}":${JSON.stringify(identity)}`
    const bytes = Buffer.byteLength(text) + 1
    if (this.#bytes + bytes > lineBytes) this.flush()
    this.#bytes += bytes
    this.#ids += this.#ids === '' ? text : `,${text}`
    slot.saidInLine = this.#line + 1
  }

  #withExcerpt(identity: SlotContent, nowUs: number): SlotContent {
    if (identity.excerpt === undefined) return identity
    const earned = ((nowUs - this.#excerptsAtUs) / 1e6) * excerptsPerSecond
    this.#excerpts = Math.min(excerptBurst, this.#excerpts + earned)
    this.#excerptsAtUs = nowUs
    if (this.#excerpts < 1) return withoutExcerpt(identity)
    this.#excerpts--
    let excerpt = identity.excerpt
    while (Buffer.byteLength(JSON.stringify(excerpt)) > excerptBytes) {
      excerpt = excerpt.slice(0, Math.floor(excerpt.length * 0.75))
    }
    return { ...identity, excerpt }
  }
}

function withoutExcerpt({ excerpt: _excerpt, ...content }: SlotContent): SlotContent {
  return content
}

function contentOf(identity: Identity, { seenAddress, cookies, cookiesSent }: Observation): SlotContent {
  if (seenAddress === undefined && cookies === undefined && cookiesSent === undefined) return identity
  return { ...identity, seen: seenAddress, set: cookies, sent: cookiesSent }
}

function keyOf({ source, value, seen = '', set, sent }: SlotContent): string {
  const cookies = set === undefined && sent === undefined ? '' : JSON.stringify([set, sent])
  return `${source} ${value} ${seen} ${cookies}`
}

function toMicroseconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1000))
}
