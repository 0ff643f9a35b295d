/** The part of WebSockets (RFC 6455) that `pods/exec` and probes of applications need, on both sides. No extensions, so none are in use. */

/** What a server appends to a client's key before it hashes it, as a proof that it speaks the protocol (section 1.3). */
export const acceptanceSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Section 5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A message put together from its fragments, or a control frame. */
export interface Message {
  opcode: number
  data: Buffer
}

/** Messages are not that long; a longer one would be kept in memory whole. */
const longest = 16 * 1024 * 1024

/** Takes messages out of the stream of bytes from one side. Throws an Error when the stream is not one of its frames. */
export class FrameReader {
  readonly #from: 'client' | 'server'
  #waiting: Buffer = Buffer.alloc(0)
  #fragments: Buffer[] = []
  #opcode = 0

  constructor(from: 'client' | 'server') {
    this.#from = from
  }

  push(bytes: Uint8Array): Message[] {
    this.#waiting = this.#waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes])
    const messages: Message[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      const { final, opcode, data } = frame
      // Control frames are never fragmented and may come between the fragments of a message.
      if (opcode >= opcodes.close) {
        messages.push({ opcode, data })
        continue
      }
      if (opcode !== opcodes.continuation) this.#opcode = opcode
      this.#fragments.push(data)
      if (this.#fragments.reduce((sum, part) => sum + part.length, 0) > longest) throw tooLong()
      if (!final) continue
      const [only = Buffer.alloc(0)] = this.#fragments
      const whole = this.#fragments.length === 1 ? only : Buffer.concat(this.#fragments)
      messages.push({ opcode: this.#opcode, data: whole })
      this.#fragments = []
    }
    return messages
  }

  #next(): { final: boolean; opcode: number; data: Buffer } | undefined {
    const bytes = this.#waiting
    if (bytes.length < 2) return undefined
    const [first = 0, second = 0] = bytes
    if ((first & 0x70) !== 0) throw new Error('a WebSocket frame with an extension that was not agreed on')
    // Clients mask what they send, and servers must not (section 5.1).
    const masked = (second & 0x80) !== 0
    if (masked !== (this.#from === 'client'))
      throw new Error(
        masked ? 'a masked WebSocket frame from a server' : 'an unmasked WebSocket frame from a client',
      )
    let length = second & 0x7f
    let at = 2
    if (length === 126) {
      if (bytes.length < 4) return undefined
      length = bytes.readUInt16BE(2)
      at = 4
    } else if (length === 127) {
      if (bytes.length < 10) return undefined
      const long = bytes.readBigUInt64BE(2)
      if (long > BigInt(longest)) throw tooLong()
      length = Number(long)
      at = 10
    }
    const mask = bytes.subarray(at, at + 4)
    if (masked) at += 4
    if (bytes.length < at + length) return undefined
    // A copy: the bytes that wait may be many more.
    const data = Buffer.from(bytes.subarray(at, at + length))
    if (masked) applyMask(data, mask)
    this.#waiting = bytes.subarray(at + length)
    return { final: (first & 0x80) !== 0, opcode: first & 0x0f, data }
  }
}

function tooLong(): Error {
  return new Error('a WebSocket message that is too long')
}

/** A whole message in one frame. `mask` are four random bytes, which a client has to give (section 5.3). */
export function frame(opcode: number, data: Uint8Array, mask?: Uint8Array): Buffer {
  const head = headOf(opcode, data.length)
  if (mask === undefined) return Buffer.concat([head, data])
  head[1]! |= 0x80
  const masked = Buffer.from(data)
  applyMask(masked, mask)
  return Buffer.concat([head, mask, masked])
}

function headOf(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.of(0x80 | opcode, length)
  const head = Buffer.alloc(length <= 0xffff ? 4 : 10)
  head[0] = 0x80 | opcode
  head[1] = length <= 0xffff ? 126 : 127
  if (length <= 0xffff) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

function applyMask(data: Uint8Array, mask: Uint8Array): void {
  for (let index = 0; index < data.length; index++) data[index]! ^= mask[index % 4]!
}
