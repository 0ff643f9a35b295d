import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { create } from '../../../src/sandbox/api/writing/write.ts'
import type { Call } from '../../../src/sandbox/api/call.ts'
import { makeCluster } from '../../../src/sandbox/objects/cluster-objects.ts'
import { Refused } from '../../../src/sandbox/failure.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { type ResourceType, types } from '../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../src/sandbox/objects/store.ts'
import { parseFile } from '../../../src/snapshot/files/text/document.ts'
import { checkObject } from '../../../src/snapshot/files/object.ts'
import { mutated, seeded } from './support/mutate.ts'
import { samples } from './support/objects.ts'

const plan = addressPlan(40)

/** What the sandbox says to a Service, or an object of another type, in a cluster of its own. */
function refusal(
  object: object,
  warnings: string[],
  query = '',
  type: ResourceType = types.services,
): string | undefined {
  const store = new ObjectStore()
  makeCluster(store, plan, 1, 'iptables')
  const call: Call = {
    method: 'POST',
    type,
    namespace: type.namespaced ? 'default' : undefined,
    name: undefined,
    subresource: undefined,
    rest: '',
    query: new URLSearchParams(query),
    accept: '',
    contentType: 'application/json',
    userAgent: 'test',
    user: 'admin',
    warn: (text) => warnings.push(text),
  }
  try {
    create({ store, plan }, call, object)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

/** Findings that say that the API server refuses the object or drops a part of it. */
function findingsOf(service: object): { refused: string[]; dropped: string[] } {
  const { objects } = parseFile('web.yaml', JSON.stringify(service), true)
  const found = objects.flatMap((object) => checkObject(object, 'default', new Map()))
  const of = (...codes: string[]): string[] =>
    found.filter(({ code }) => codes.includes(code)).map(({ message }) => message)
  return {
    refused: of(
      'AFF-SVC-BAD-VALUE',
      'AFF-FILE-MISSING-FIELD',
      'AFF-FILE-WRONG-TYPE',
      'AFF-FILE-UNKNOWN-KIND',
    ),
    dropped: of('AFF-FILE-UNKNOWN-FIELD'),
  }
}

const [{ object: service }] = samples

test('a Service that explain -f finds refused is refused', () => {
  const random = seeded(21)
  const taken = new Set<string>()
  let [refused, dropped] = [0, 0]
  for (let count = 0; count < 3000; count += 1) {
    const wrong = { apiVersion: 'v1', kind: 'Service', ...mutated(service, random) }
    const findings = findingsOf(wrong)
    const warnings: string[] = []
    const words = refusal(wrong, warnings)
    if (findings.refused.length > 0) {
      refused += 1
      if (words === undefined) taken.add(findings.refused.join())
    } else if (
      findings.dropped.length > 0 &&
      words === undefined &&
      !JSON.stringify(wrong).includes('null')
    ) {
      dropped += 1
      expect(warnings.join()).toContain('unknown field')
    }
  }
  expect([...taken]).toEqual([])
  expect(refused).toBeGreaterThan(500)
  expect(dropped).toBeGreaterThan(100)
})

test.each([
  ['a target port that nobody has', { ports: [{ port: 80, targetPort: 'nobody' }] }],
  ['a selector that selects nobody', { ports: [{ port: 80 }], selector: { app: 'none' } }],
])('%s is legal', (_, spec) => {
  expect(refusal({ metadata: { name: 'web' }, spec }, [])).toBeUndefined()
})

const cases = join(import.meta.dirname, '../../cases/services')
const named = readdirSync(cases).filter((name) => name.startsWith('26-'))
const read = (name: string): object =>
  parseFile(name, readFileSync(join(cases, name), 'utf8'), true).objects[0]!.value

test.each(named.filter((name) => name !== '26-refused-nodeport-80.yaml'))('the case %s', (name) => {
  const service = read(name)
  expect(refusal(service, []) !== undefined).toBe(findingsOf(service).refused.length > 0)
})

test('a node port out of range is found when it is handed out, and in no dry run', () => {
  const service = read('26-refused-nodeport-80.yaml')
  expect(findingsOf(service).refused).toEqual([])
  expect(refusal(service, [], 'dryRun=All')).toBeUndefined()
  expect(refusal(service, [])).toContain('The range of valid ports is 30000-32767')
})

const slice = { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 80 }] }
const classOf = (spec: object): object => ({ spec: { controller: 'example.com/x', ...spec } })

test.each<[string, ResourceType, object, string | undefined]>([
  ['a slice', types.endpointslices, slice, undefined],
  [
    'an endpoint without an address',
    types.endpointslices,
    { ...slice, endpoints: [{ addresses: [] }] },
    'addresses',
  ],
  [
    'a port of a slice in capitals',
    types.endpointslices,
    { ...slice, ports: [{ port: 80, name: 'Web' }] },
    'name',
  ],
  [
    'a host name with a dot',
    types.endpointslices,
    { ...slice, endpoints: [{ addresses: ['192.0.2.1'], hostname: 'a.b' }] },
    'hostname',
  ],
  [
    'a label in capitals',
    types.endpointslices,
    { ...slice, metadata: { labels: { 'A.B/c': 'x' } } },
    'metadata.labels',
  ],
  // The sandbox's own endpoints are there.
  [
    'a loopback address of an endpoint',
    types.endpointslices,
    { ...slice, endpoints: [{ addresses: ['127.0.0.1'] }] },
    undefined,
  ],
  [
    'a host name of one word',
    types.endpointslices,
    { ...slice, addressType: 'FQDN', endpoints: [{ addresses: ['x'] }] },
    'addresses',
  ],
  ['a class', types.ingressclasses, classOf({}), undefined],
  ['a class whose controller has no path', types.ingressclasses, classOf({ controller: 'x' }), 'controller'],
  [
    'parameters without a name',
    types.ingressclasses,
    classOf({ parameters: { kind: 'X', name: '' } }),
    'parameters.name',
  ],
  [
    'managed fields that are a text',
    types.services,
    { ...service, metadata: { managedFields: 'x' } },
    'managedFields',
  ],
  [
    'managed fields of no time',
    types.services,
    { ...service, metadata: { managedFields: [{ time: '0' }] } },
    'managedFields',
  ],
  [
    'an address of another cluster',
    types.services,
    { spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] } },
    'not in the valid range',
  ],
  [
    'an address of this one',
    types.services,
    { spec: { clusterIP: '240.40.96.77', ports: [{ port: 80 }] } },
    undefined,
  ],
])('the same is refused of other kinds: %s', (_, type, object, words) => {
  const { metadata } = object as { metadata?: object }
  const said = refusal({ ...object, metadata: { ...metadata, name: 'x' } }, [], '', type)
  if (words === undefined) expect(said).toBeUndefined()
  else expect(said).toContain(words)
})
