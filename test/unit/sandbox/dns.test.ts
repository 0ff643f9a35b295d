import dgram from 'node:dgram'
import { promises as dns } from 'node:dns'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { familyOf } from '../../../src/model/common/network/ip.ts'
import {
  addressesOf,
  readQuestion,
  recordTypes,
  writeAnswer,
} from '../../../src/sandbox/network/cluster-dns.ts'
import { types } from '../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../src/sandbox/objects/store.ts'

describe('messages of DNS', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,63}$/)
  const name = fc.array(label, { minLength: 1, maxLength: 4 })

  /** As RFC 1035 has it. */
  function query(labels: readonly string[], type: number): Buffer {
    const header = Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    const words = labels.flatMap((word) => [Buffer.from([word.length]), Buffer.from(word)])
    return Buffer.concat([header, ...words, Buffer.from([0, 0, type, 0, 1])])
  }

  test('the question is read as it was written, whatever follows it', () => {
    fc.assert(
      fc.property(
        name,
        fc.constantFrom(...Object.values(recordTypes)),
        fc.uint8Array(),
        (labels, type, more) => {
          const asked = query(labels, type)
          const question = readQuestion(Buffer.concat([asked, more]))
          expect(question).toStrictEqual({ name: labels.join('.'), type, end: asked.length })
        },
      ),
    )
  })

  test('no bytes are too strange', () => {
    const bytes = fc.uint8Array({ maxLength: 300 })
    // Most have the header of a query, so that more than that is read.
    const started = bytes.map((more) => Buffer.from([1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...more]))
    fc.assert(
      fc.property(fc.oneof(bytes, started), (message) => {
        const question = readQuestion(Buffer.from(message))
        if (question !== undefined) expect(question.end).toBeLessThanOrEqual(message.length)
      }),
    )
  })

  test('answers are no queries', () => {
    const asked = query(['a'], recordTypes.IPv4)
    expect(readQuestion(writeAnswer(asked, readQuestion(asked)!, undefined))).toBeUndefined()
  })
})

describe('what a resolver makes of the answers', () => {
  const addresses: Record<string, string[]> = {
    one: ['10.1.96.20'],
    many: Array.from({ length: 100 }, (_, host) => `10.1.129.${host + 1}`),
    none: [],
    both: ['10.1.96.20', 'fd00:10:2::96:20'],
  }
  const server = dgram.createSocket('udp4')
  const resolver = new dns.Resolver()

  beforeAll(async () => {
    server.on('message', (message, from) => {
      const question = readQuestion(message)!
      const found = addresses[question.name]?.filter((one) => recordTypes[familyOf(one)] === question.type)
      server.send(writeAnswer(message, question, found), from.port, from.address)
    })
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    resolver.setServers([`127.0.0.1:${server.address().port}`])
  })
  afterAll(() => {
    server.close()
  })

  test('addresses', async () => {
    expect(await resolver.resolve4('ONE')).toStrictEqual(addresses['one'])
  })

  test('of both families', async () => {
    expect(await resolver.resolve4('both')).toStrictEqual(['10.1.96.20'])
    expect(await resolver.resolve6('both')).toStrictEqual(['fd00:10:2::96:20'])
  })

  test('as many as a datagram takes', async () => {
    expect(await resolver.resolve4('many')).toStrictEqual(addresses['many']!.slice(0, 30))
  })

  test('a name without addresses of the family, and no name', async () => {
    await expect(resolver.resolve4('none')).rejects.toMatchObject({ code: 'ENODATA' })
    await expect(resolver.resolve4('nobody')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('names of Services', () => {
  const store = new ObjectStore()
  const service = (name: string, spec: object): void =>
    void store.create(types.services, { metadata: { name, namespace: 'shop' }, spec })
  const endpoint = (address: string, ready: boolean): object => ({
    addresses: [address],
    conditions: { ready },
  })
  service('web', { clusterIP: '10.1.96.20', clusterIPs: ['10.1.96.20'] })
  for (const name of ['pods', 'idle']) service(name, { clusterIP: 'None', clusterIPs: ['None'] })
  service('elsewhere', { type: 'ExternalName', externalName: 'example.org' })
  for (const name of ['pods', 'web'])
    store.create(types.endpointslices, {
      metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [endpoint('10.1.129.2', true), endpoint('10.1.129.3', false), endpoint('10.1.130.2', true)],
    })

  test('one with an address has that', () => {
    expect(addressesOf('web.shop.svc.cluster.local', store)).toStrictEqual(['10.1.96.20'])
  })

  test('a headless one has those of its ready pods', () => {
    const found = addressesOf('pods.shop.svc.cluster.local', store)
    expect(found?.sort()).toStrictEqual(['10.1.129.2', '10.1.130.2'])
  })

  test.each([
    'idle.shop.svc.cluster.local',
    'elsewhere.shop.svc.cluster.local',
    'web.other.svc.cluster.local',
    'web.shop.svc',
    'web.shop',
    'web.shop.svc.cluster.local.shop.svc.cluster.local',
    'example.org',
    '',
  ])('%s does not exist', (name) => {
    expect(addressesOf(name, store)).toBeUndefined()
  })
})
