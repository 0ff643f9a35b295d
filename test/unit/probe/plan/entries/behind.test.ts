import { expect, test } from 'vitest'
import { endpointsBehind, endpointsOfAll, serviceAt } from '../../../../../src/probe/plan/entries/behind.ts'
import { slice } from '../../subjects.ts'

const of = (service: string, address: string, port: string) =>
  slice({
    metadata: { name: `${service}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
    ports: [{ name: port, port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  })
const slices = [
  of('web', '10.0.0.1', 'http'),
  of('green', '10.0.0.2', 'web'),
  of('other', '10.0.0.3', 'http'),
]

const entry = {
  portName: 'http',
  protocol: 'TCP',
  family: 'IPv4',
  front: {
    scheme: 'http',
    hostName: 'a.lab',
    path: '/',
    policy: { kind: 'none' },
    service: 'web',
    beside: [{ name: 'green', portName: 'web' }],
  },
} as const

const addresses = (endpoints: readonly { address: string }[]): string[] =>
  endpoints.map(({ address }) => address)

test('an entry whose requests are shared out leads to the endpoints of each Service, by its own port', () => {
  const shared = { ...entry, front: { ...entry.front, beside: [...entry.front.beside] } }
  expect(addresses(endpointsBehind(slices, shared))).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(addresses(endpointsOfAll(slices, [shared]))).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(slices.map((one) => serviceAt(slices, shared, one.endpoints?.[0]?.addresses[0]))).toEqual([
    'web',
    'green',
    undefined,
  ])
})

test('where there is one Service, nobody asks which', () => {
  const { beside: _beside, ...front } = entry.front
  expect(addresses(endpointsBehind(slices, { ...entry, front }))).toEqual(['10.0.0.1'])
  expect(serviceAt(slices, { front }, '10.0.0.1')).toBeUndefined()
})
