import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explained, explainedText } from '../explained.ts'

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

const place = (name: string, service: string, own: Record<string, string>): string => {
  const annotations = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
  )
  const backend = { service: { name: service, port: { number: 80 } } }
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'shop', annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: 'shop.example', http: { paths: [{ path: '/', backend }] } }],
    },
  })
}

describe('ingress-nginx: as its own configuration says', () => {
  it('the mode is of the oldest Ingress that gives one, though it has no affinity', async () => {
    const first = place('first', 'web', { 'affinity-mode': 'persistent' })
    const second = place('second', 'web', { affinity: 'cookie' }).replaceAll('shop.example', 'b.example')
    const { explanations } = await explainedText([first, second].join('\n---\n'))
    const policies = explanations.flatMap(({ paths }) =>
      paths.flatMap(({ hops }) => hops.map((hop) => hop.policy)),
    )
    expect(policies.filter(({ kind }) => kind === 'cookie')).toMatchObject([{ points: 'at-a-pod' }])
  })

  it('a canary has a hash of its own, within its part of the requests', async () => {
    const main = place('main', 'web', {})
    const canary = place('next', 'next', {
      canary: 'true',
      'canary-weight': '20',
      'upstream-hash-by': '$arg_room',
    })
    expect((await explainedText([main, canary].join('\n---\n'))).ways).toEqual([
      'shop.example/ hash $arg_room 20 %',
      'shop.example/ none 80 %',
    ])
  })

  it('a canary takes the affinity of the Service and port of its main Ingress, from whichever Ingress that has it', async () => {
    const files = [
      place('main', 'web', {}),
      place('other', 'web', { affinity: 'cookie' }).replaceAll('shop.example', 'b.example'),
      place('next', 'next', { canary: 'true', 'canary-weight': '20', 'upstream-hash-by': '$arg_room' }),
    ]
    expect((await explainedText(files.join('\n---\n'))).ways).toEqual([
      'b.example/ cookie INGRESSCOOKIE',
      'shop.example/ none 20 %',
      'shop.example/ none 80 %',
    ])
  })
})
