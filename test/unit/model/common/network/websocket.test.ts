import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame, FrameReader, opcodes } from '../../../../../src/model/common/network/websocket.ts'

/** A frame that begins or goes on with a message, and does not end it. */
const fragment = (opcode: number, text: string): Buffer => {
  const whole = frame(opcode, Buffer.from(text))
  whole[0]! &= 0x7f
  return whole
}

describe('FrameReader', () => {
  it.each(['client', 'server'] as const)('finds the messages of a %s however its bytes are cut', (from) => {
    const data = fc.uint8Array({ maxLength: 300 })
    const mask = fc.uint8Array({ minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(data, { maxLength: 6 }), mask, fc.array(fc.nat(400)), (messages, mask, cuts) => {
        const frames = messages.map((message) =>
          frame(opcodes.binary, message, from === 'client' ? mask : undefined),
        )
        const stream = Buffer.concat(frames)
        const reader = new FrameReader(from)
        const found = []
        let at = 0
        for (const cut of [...cuts, stream.length]) {
          found.push(...reader.push(stream.subarray(at, at + cut)))
          at += cut
        }
        expect(found.map((message) => [...message.data])).toStrictEqual(
          messages.map((message) => [...message]),
        )
      }),
    )
  })

  it('joins fragments, also with a control frame between them', () => {
    const stream = [
      fragment(opcodes.text, 'ab'),
      frame(opcodes.ping, Buffer.from('!')),
      frame(opcodes.continuation, Buffer.from('cd')),
    ]
    const found = new FrameReader('server').push(Buffer.concat(stream))
    expect(found.map(({ opcode, data }) => [opcode, String(data)])).toStrictEqual([
      [opcodes.ping, '!'],
      [opcodes.text, 'abcd'],
    ])
  })

  it.each([
    ['server', 'extension', Buffer.of(0xc2, 0)],
    ['server', 'a masked', Buffer.of(0x82, 0x80, 0, 0, 0, 0)],
    ['client', 'an unmasked', Buffer.of(0x82, 0)],
    ['server', 'too long', Buffer.concat([Buffer.of(0x82, 127), Buffer.alloc(8, 0x7f)])],
  ] as const)('refuses what is no frame of a %s: %s', (from, why, bytes) => {
    expect(() => new FrameReader(from).push(bytes)).toThrow(why)
  })

  it.each([125, 126, 0xffff, 0x1_0000])('reads a message of %d bytes', (length) => {
    const long = Buffer.alloc(length, 'x')
    expect(new FrameReader('server').push(frame(opcodes.binary, long))[0]?.data.equals(long)).toBe(true)
  })
})

it('a client masks what it sends', () => {
  expect(frame(opcodes.pong, Buffer.from('ab'), Uint8Array.of(1, 2, 3, 4))).toStrictEqual(
    Buffer.of(0x8a, 0x82, 1, 2, 3, 4, 0x61 ^ 1, 0x62 ^ 2),
  )
})
