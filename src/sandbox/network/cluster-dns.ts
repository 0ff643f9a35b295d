import { serviceLabel } from '../../model/cluster/external.ts'
import dgram from 'node:dgram'
import { familyOf, type Family } from '../../model/common/network/ip.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { type AddressPlan, openPort, bytesOf } from './address-plan.ts'

export const clusterDomain = 'cluster.local'

/** Answers with the addresses of Services; nothing else has a name. Returns what ends it. */
export function serveDns(store: ObjectStore, plan: AddressPlan, lowestPort: number): () => void {
  const socket = dgram.createSocket('udp4')
  socket.on('error', () => {})
  socket.on('message', (query, { address, port }) => {
    const question = readQuestion(query)
    if (question === undefined) return
    const addresses = addressesOf(question.name, store)
    const wanted = addresses?.filter((one) => recordTypes[familyOf(one)] === question.type)
    socket.send(writeAnswer(query, question, wanted), port, address)
  })
  socket.bind({ address: plan.physical(plan.dns), port: openPort(53, lowestPort), exclusive: true })
  return () => socket.close()
}

/**
 * The addresses of `SERVICE.NAMESPACE.svc.cluster.local`: its own, or without one those of its ready endpoints, in any
 * order. Undefined for every other name, and where no endpoint is ready
 * (https://github.com/kubernetes/dns/blob/master/docs/specification.md).
 */
export function addressesOf(name: string, store: ObjectStore): string[] | undefined {
  const [service = '', namespace = '', ...rest] = name.split('.')
  if (rest.join('.') !== `svc.${clusterDomain}`) return undefined
  const found = store.find(types.services, namespace, service) as unknown as Service | undefined
  if (found === undefined || found.spec.type === 'ExternalName') return undefined
  if (found.spec.clusterIP !== 'None') return found.spec.clusterIPs
  const endpoints = store
    .list(types.endpointslices, namespace)
    .filter(({ metadata }) => metadata.labels?.[serviceLabel] === service)
    .flatMap((slice) => (slice as unknown as EndpointSlice).endpoints ?? [])
  const ready = endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses)
  return ready.length === 0 ? undefined : shuffled([...new Set(ready)])
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** What is asked of a DNS server. */
interface Question {
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
