import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explained } from '../explained.ts'

const at = (name: string) => explained(join(import.meta.dirname, '../../../cases/gateways', `${name}.yaml`))

// Inputs from the field, each with what must be said at which line, and nothing else that is a fault.
const cases: Readonly<Record<string, { faults: string[]; all: string[]; ways: string[] }>> = {
  '08-istio-weighted-subsets': {
    faults: ['AFF-ISTIO-WEIGHTED 25'],
    all: ['AFF-ISTIO-COOKIE-ENDS 48', 'AFF-ISTIO-COOKIE-PATH 46'],
    ways: ['trader.example.com cookie user 20 %', 'trader.example.com cookie user 80 %'],
  },
  '09-istio-healthy-gateway-cookie': { faults: [], all: [], ways: ['demo.example.com cookie session'] },
  '10-istio-application-cookie-short-ttl': {
    faults: ['AFF-ISTIO-APPLICATION-COOKIE 37'],
    all: [],
    ways: ['web.example.com cookie JSESSIONID'],
  },
  '11-istio-httproute-port-of-the-gateway': {
    faults: ['AFF-ISTIO-PORT-UNKNOWN 56'],
    all: [],
    ways: ['app.example.com/app none'],
  },
}

describe('Istio: inputs from the field', () => {
  it.each(Object.entries(cases))('%s', async (name, { faults, all, ways }) => {
    const found = await at(name)
    expect(found.faults).toEqual(faults)
    expect(found.all).toEqual(expect.arrayContaining(all))
    expect(found.ways).toEqual(ways)
  })
})
