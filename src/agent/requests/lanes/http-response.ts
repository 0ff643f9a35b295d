import { FrameReader, opcodes } from '../../../model/common/network/websocket.ts'

/** Bytes of status line, headers, interim answers and trailers together. */
const headLimit = 32_768
/** Bytes of a chunk's size line, with extensions. */
const sizeLineLimit = 1024
const firstBodyBuffer = 4096

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0\r]*)?$/
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\0\r]*?)[ \t]*$/
const sizeLine = /^([\da-fA-F]{1,13})[ \t]*(?:;[^\0\r]*)?$/

export type AnswerProgress = 'more' | 'done' | 'broken'

type Phase =
  | 'head'
  | 'length'
  | 'until-close'
  | 'size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'frame'
  | 'done'
  | 'broken'

/**
 * Reads one HTTP/1 response to a GET, however it is cut into pieces. Strict where leniency would mean guessing where
 * the answer ends; lenient about lines that end with LF only, which small servers write. Holds 32 KiB of head and
 * `maxBody` bytes of body at most, and can be used again after `reset`.
 */
export class ResponseParser {
  status = 0
  /** Names in lower case and values, in the order of the answer. */
  headers: [name: string, value: string][] = []
  /** The first `bodyLength` bytes are the answer's. */
  body: Buffer = Buffer.allocUnsafeSlow(firstBodyBuffer)
  bodyLength = 0
  /** More body than `maxBody` bytes; the rest was not read. */
  truncated = false
  /** The connection may serve another request. */
  reusable = false
  /** What arrived first; -1 when nothing did. */
  firstByte = -1
  /** The peer has closed its side. */
  closed = false
  /** The request asked for a WebSocket: the first message on it is the body. */
  isUpgrade = false
  /** What is wrong with the answer, once `broken`. */
  problem = ''

  readonly #maxBody: number
  #phase: Phase = 'head'
  #frames = new FrameReader('server')
  /** The part of the head, or of a line, that arrived in earlier pieces. */
  #pending: Buffer = Buffer.alloc(0)
  #headBytes = 0
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0

  /** Something arrived. */
  get started(): boolean {
    return this.firstByte >= 0
  }

  constructor(maxBody: number) {
    this.#maxBody = maxBody
  }

  reset(): void {
    this.status = this.bodyLength = this.#headBytes = this.#left = 0
    this.headers = []
    this.firstByte = -1
    this.truncated = this.reusable = this.closed = false
    this.problem = ''
    this.#phase = 'head'
    if (this.#pending.length > 0) this.#pending = Buffer.alloc(0)
  }

  /** From here on whatever comes is the body, until the peer closes: for plain TCP. */
  expectAnything(): void {
    this.#phase = 'until-close'
  }

  /** Takes the first `length` bytes of `bytes`, which the caller may overwrite afterwards. */
  push(bytes: Buffer, length: number): AnswerProgress {
    if (this.firstByte < 0) this.firstByte = bytes[0] ?? -1
    let at = 0
    while (at < length && this.#phase !== 'done' && this.#phase !== 'broken')
      at = this.#step(bytes, at, length)
    // Nobody asked for what comes after the end.
    if (at < length) this.reusable = false
    return this.#progress()
  }

  /** The peer closed its side. */
  close(): AnswerProgress {
    this.reusable = false
    this.closed = true
    if (this.#phase === 'until-close' || this.#phase === 'frame') this.#phase = 'done'
    else if (this.#phase !== 'done') this.#fail('the connection was closed in the middle of the answer')
    return this.#progress()
  }

  #progress(): AnswerProgress {
    return this.#phase === 'done' || this.#phase === 'broken' ? this.#phase : 'more'
  }

  #fail(problem: string): void {
    this.problem ||= problem
    this.reusable = false
    this.#phase = 'broken'
  }

  /** Consumes bytes from `at` on and returns where it stopped. */
  #step(bytes: Buffer, at: number, length: number): number {
    const phase = this.#phase
    if (phase === 'head') return this.#readHead(bytes, at, length)
    if (phase === 'frame') return this.#readFrame(bytes, at, length)
    if (phase === 'length' || phase === 'until-close' || phase === 'chunk')
      return this.#readBody(bytes, at, length)
    return this.#readLine(bytes, at, length)
  }

  #readHead(bytes: Buffer, at: number, length: number): number {
    const before = this.#pending.length
    let source = bytes
    let start = at
    let end = length
    if (before > 0) {
      source = this.#pending = Buffer.concat([this.#pending, bytes.subarray(at, length)])
      start = 0
      end = source.length
    }
    if (!looksLikeHttp(source, start, end)) {
      this.#fail('the answer is not HTTP')
      return at
    }
    const stop = endOfHead(source, Math.max(start, start + before - 3), end)
    if (stop < 0) {
      if (this.#headBytes + end - start > headLimit) this.#fail('the headers are longer than 32 KiB')
      else if (before === 0) this.#pending = Buffer.from(bytes.subarray(at, length))
      return length
    }
    this.#headBytes += stop - start
    if (before > 0) this.#pending = Buffer.alloc(0)
    if (this.#headBytes > headLimit) this.#fail('the headers are longer than 32 KiB')
    else this.#parseHead(source.toString('latin1', start, stop))
    return at + stop - start - before
  }

  #parseHead(head: string): void {
    const [firstLine = '', ...lines] = head.split('\n')
    const first = statusLine.exec(withoutReturn(firstLine))
    if (first === null) return this.#fail('the status line is not valid')
    this.status = Number(first[2])
    this.headers = []
    // The last two are the empty line and what comes after its end: nothing.
    for (const line of lines.slice(0, -2)) {
      const header = headerLine.exec(withoutReturn(line))
      if (header === null) return this.#fail('a header is not valid')
      const [, name = '', value = ''] = header
      this.headers.push([name.toLowerCase(), value])
    }
    if (this.status === 101 && this.isUpgrade) {
      this.#phase = 'frame'
      this.#frames = new FrameReader('server')
      return undefined
    }
    if (this.status === 101) return this.#fail('the server switched protocols without being asked')
    if (this.status < 200) return undefined
    return this.#frame(first[1] === '1')
  }

  /** Decides where the body ends: RFC 9112, 6.3. */
  #frame(http11: boolean): void {
    let length: string | undefined
    let coding: string | undefined
    let connection = ''
    for (const [name, value] of this.headers) {
      if (name === 'content-length') {
        if (length !== undefined && length !== value)
          return this.#fail('there are two different Content-Lengths')
        length = value
      } else if (name === 'transfer-encoding') coding = coding === undefined ? value : `${coding}, ${value}`
      else if (name === 'connection') connection += `,${value.toLowerCase()}`
    }
    const tokens = new Set(connection.split(',').map((token) => token.trim()))
    this.reusable = http11 ? !tokens.has('close') : tokens.has('keep-alive')
    if (this.status === 204 || this.status === 304) {
      this.#phase = 'done'
    } else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked') return this.#fail(`the transfer coding is not "chunked"`)
      if (length !== undefined || !http11) this.reusable = false
      this.#phase = 'size'
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) return this.#fail('the Content-Length is not a number')
      this.#left = Number(length)
      this.#phase = this.#left === 0 ? 'done' : 'length'
    } else {
      this.reusable = false
      this.#phase = 'until-close'
    }
    return undefined
  }

  #readBody(bytes: Buffer, at: number, length: number): number {
    const available = length - at
    const wanted = this.#phase === 'until-close' ? available : Math.min(available, this.#left)
    const kept = Math.min(wanted, this.#maxBody - this.bodyLength)
    this.#keep(bytes, at, kept)
    if (kept < wanted || (this.bodyLength === this.#maxBody && this.#left > wanted)) {
      this.truncated = true
      this.reusable = false
      this.#phase = 'done'
      return at + kept
    }
    if (this.#phase !== 'until-close') {
      this.#left -= wanted
      if (this.#left === 0) this.#phase = this.#phase === 'chunk' ? 'chunk-end' : 'done'
    }
    return at + wanted
  }

  #keep(bytes: Buffer, at: number, count: number): void {
    const needed = this.bodyLength + count
    if (needed > this.body.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#maxBody, Math.max(needed, this.body.length * 2)))
      this.body.copy(larger, 0, 0, this.bodyLength)
      this.body = larger
    }
    bytes.copy(this.body, this.bodyLength, at, at + count)
    this.bodyLength = needed
  }

  #readFrame(bytes: Buffer, at: number, length: number): number {
    try {
      const [message] = this.#frames
        .push(bytes.subarray(at, length))
        .filter(({ opcode }) => opcode <= opcodes.close)
      if (message === undefined) return length
      if (message.opcode !== opcodes.close)
        this.#keep(message.data, 0, Math.min(message.data.length, this.#maxBody))
      this.#phase = 'done'
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    return length
  }

  #readLine(bytes: Buffer, at: number, length: number): number {
    const found = bytes.subarray(0, length).indexOf(10, at)
    const stop = found < 0 ? length : found
    const size = this.#pending.length + stop - at
    if (size > sizeLineLimit) {
      this.#fail('a line between chunks is too long')
      return stop
    }
    if (found < 0) {
      this.#pending = Buffer.concat([this.#pending, bytes.subarray(at, length)])
      return length
    }
    const line = withoutReturn(this.#pending.toString('latin1') + bytes.toString('latin1', at, stop))
    if (this.#pending.length > 0) this.#pending = Buffer.alloc(0)
    this.#takeLine(line)
    return stop + 1
  }

  #takeLine(line: string): void {
    if (this.#phase === 'chunk-end') {
      if (line !== '') return this.#fail('a chunk is longer than it said')
      this.#phase = 'size'
      return undefined
    }
    if (this.#phase === 'trailers') {
      this.#headBytes += line.length + 1
      if (line === '') this.#phase = 'done'
      else if (!headerLine.test(line)) this.#fail('a trailer is not valid')
      else if (this.#headBytes > headLimit) this.#fail('the trailers are longer than 32 KiB')
      return undefined
    }
    const size = sizeLine.exec(line)
    if (size === null) return this.#fail('the size of a chunk is not valid')
    this.#left = Number.parseInt(size[1] ?? '', 16)
    this.#phase = this.#left === 0 ? 'trailers' : 'chunk'
    return undefined
  }
}

const http = Buffer.from('HTTP/')

function looksLikeHttp(bytes: Buffer, start: number, end: number): boolean {
  const count = Math.min(http.length, end - start)
  for (let index = 0; index < count; index++) if (bytes[start + index] !== http[index]) return false
  return true
}

/** Behind the first empty line, or -1. The line before it may have begun `from` 3 bytes earlier. */
function endOfHead(bytes: Buffer, from: number, end: number): number {
  for (let index = from; index < end - 1; index++) {
    if (bytes[index] !== 10) continue
    if (bytes[index + 1] === 10) return index + 2
    if (bytes[index + 1] === 13 && index + 2 < end && bytes[index + 2] === 10) return index + 3
  }
  return -1
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
