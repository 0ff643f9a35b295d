import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explained } from '../explained.ts'

const at = (name: string) => explained(join(import.meta.dirname, '../../../cases/gateways', `${name}.yaml`))

// Inputs from the field, each with what must be said at which line, and nothing else that is a fault.
const cases: Readonly<Record<string, { faults: string[]; ways: string[] }>> = {
  '01-nginx-regex-cookie-path': {
    faults: ['AFF-NGX-REGEX-COOKIE-PATH 27'],
    ways: ['www.example.com/(de|fr)(/.*)?$ cookie INGRESSCOOKIE, never sent'],
  },
  '02-nginx-healthy-signalr': { faults: [], ways: ['chat.example.com/ cookie signalRSessionId'] },
  '03-nginx-canary-affinity-only-on-canary': {
    faults: ['AFF-NGX-CANARY-AFFINITY 54'],
    ways: ['canary.example.com/echo none 20 %', 'canary.example.com/echo none 80 %'],
  },
  '05-nginx-hash-by-address-behind-lb': {
    faults: ['AFF-NGX-HASH-OF-NODES 47'],
    ways: ['api.example.com/ hash $remote_addr'],
  },
  '06-nginx-hash-and-cookie-one-service': {
    faults: ['AFF-NGX-HASH-LOSES 24'],
    ways: ['files.example.com/ none', 'web.example.com/ cookie WEBROUTE'],
  },
  '07-nginx-healthy-hash-by-room': {
    faults: [],
    ways: ['docs.example.com/collaboration/ws/ hash $arg_room'],
  },
}

describe('ingress-nginx: inputs from the field', () => {
  it.each(Object.entries(cases))('%s', async (name, { faults, ways }) => {
    const found = await at(name)
    expect(found.faults).toEqual(faults)
    expect(found.ways).toEqual(ways)
  })
})
