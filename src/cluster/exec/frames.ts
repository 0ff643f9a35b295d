/**
 * The part of WebSockets (RFC 6455) that a client needs which reads messages and hardly writes any.
 * No extensions are offered, so none are in use.
 */

/** Section 5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A message put together from its fragments, or a control frame. */
export interface Message {
  opcode: number
  data: Buffer
}

/** Messages from the server are not that long; a longer one would be kept in memory whole. */
const longest = 16 * 1024 * 1024

/** Takes messages out of a stream of bytes. Throws an Error when the stream is not one of frames. */
export class FrameReader {
  #waiting: Buffer = Buffer.alloc(0)
  #fragments: Buffer[] = []
  #opcode = 0

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
    if ((second & 0x80) !== 0) throw new Error('a masked WebSocket frame from a server')
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
    if (bytes.length < at + length) return undefined
    // A copy: the bytes that wait may be many more.
    const data = Buffer.from(bytes.subarray(at, at + length))
    this.#waiting = bytes.subarray(at + length)
    return { final: (first & 0x80) !== 0, opcode: first & 0x0f, data }
  }
}

function tooLong(): Error {
  return new Error('a WebSocket message that is too long')
}

/** One frame from a client, masked as the protocol demands (section 5.3). `mask` are four random bytes. */
export function clientFrame(opcode: number, data: Uint8Array, mask: Uint8Array): Buffer {
  if (data.length > 0xffff) throw new Error('frames of this client are short')
  const head =
    data.length < 126
      ? Buffer.of(0x80 | opcode, 0x80 | data.length)
      : Buffer.of(0x80 | opcode, 0x80 | 126, data.length >> 8, data.length & 0xff)
  const masked = Buffer.from(data)
  for (let index = 0; index < masked.length; index++) masked[index]! ^= mask[index % 4]!
  return Buffer.concat([head, mask, masked])
}
