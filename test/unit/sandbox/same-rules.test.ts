import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { create } from '../../../src/sandbox/api/writing/write.ts'
import type { Call } from '../../../src/sandbox/api/call.ts'
import { makeCluster } from '../../../src/sandbox/objects/cluster-objects.ts'
import { Failure } from '../../../src/sandbox/failure.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { types } from '../../../src/sandbox/objects/resource-types.ts'
import { Store } from '../../../src/sandbox/objects/store.ts'
import { parseFile } from '../../../src/snapshot/files/document.ts'
import { checkObject } from '../../../src/snapshot/files/object.ts'
import { mutated, seeded } from './support/mutate.ts'
import { samples } from './support/objects.ts'

const plan = addressPlan(40)

/** What the sandbox says to the Service, in a cluster of its own. */
function refusal(service: object, warnings: string[], query = ''): string | undefined {
  const store = new Store()
  makeCluster(store, plan, 1, 'iptables')
  const call: Call = {
    method: 'POST',
    type: types.services,
    namespace: 'default',
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
    create({ store, plan }, call, service)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.message
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
