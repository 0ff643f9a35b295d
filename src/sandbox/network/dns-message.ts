import type { Family } from '../../model/common/ip.ts'
import { bytesOf } from './address-plan.ts'

/** What is asked of a DNS server. */
export interface Question {
  /** In lower case, without the dot at the end. */
  name: string
  type: number
  /** Where the question ends in its message. */
  end: number
}

/** A and AAAA, of RFC 1035 and RFC 3596. */
export const recordTypes: Readonly<Record<Family, number>> = { IPv4: 1, IPv6: 28 }

const headerBytes = 12
const internetClass = 1
const mostBytes = 512
const ttlSeconds = 5

/** The question of a message of RFC 1035; undefined for what is no query with one question. */
export function readQuestion(message: Buffer): Question | undefined {
  const isQuery = message.length > headerBytes && ((message[2] ?? 0) & 0xf8) === 0
  if (!isQuery || message.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let at = headerBytes
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    // More are pointers, which no question needs.
    if (length > 63) return undefined
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const end = at + 5
  if (end > message.length || message.readUInt16BE(at + 3) !== internetClass) return undefined
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end }
}

/**
 * The answer to a query: addresses of the family that the question is for, as many as a datagram takes; undefined for
 * a name that does not exist (NXDOMAIN).
 */
export function writeAnswer(
  query: Buffer,
  { type, end }: Question,
  addresses: readonly string[] | undefined,
): Buffer {
  const records = (addresses ?? []).map((address) => record(type, address))
  const room = Math.floor((mostBytes - end) / (records[0]?.length ?? 1))
  const sent = records.slice(0, room)
  const message = Buffer.concat([query.subarray(0, end), ...sent])
  // An authoritative answer; the wish for recursion comes back as it came.
  message[2] = 0x84 | (message[2] ?? 0)
  message[3] = 0x80 | (addresses === undefined ? 3 : 0)
  message.writeUInt16BE(sent.length, 6)
  message.writeUInt16BE(0, 8)
  message.writeUInt16BE(0, 10)
  return message
}

function record(type: number, address: string): Buffer {
  const data = bytesOf(address)
  const head = Buffer.alloc(headerBytes)
  // The name is that of the question.
  head.writeUInt16BE(0xc0_00 | headerBytes, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(internetClass, 4)
  head.writeUInt32BE(ttlSeconds, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}
