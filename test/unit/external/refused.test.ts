/** Which Services and backends are refused, and what a user reads then. */
import { describe, expect, it } from 'vitest'
import { hintText } from '../../../src/cli/remedies.ts'
import { ApiError, type Cluster } from '../../../src/cluster/index.ts'
import { gatewayOffer, ingressOffer, nodePortOffer } from '../../../src/external/origin/offer.ts'
import { readOwnAddresses, type OwnAddresses } from '../../../src/external/refuse/own-addresses.ts'
import { refuseBackends, refuseExisting, type Offered } from '../../../src/external/refuse/refuse.ts'
import {
  externalLabel,
  mirrorController,
  ourSlices,
  selectorController,
  sliceManagerLabel,
} from '../../../src/model/cluster/external.ts'
import type { EndpointSlice, Service } from '../../../src/model/cluster/kubernetes.ts'
import { parseCidr } from '../../../src/model/common/network/ip.ts'
import { UserError } from '../../../src/model/common/user-error.ts'

/** The lines of what is thrown; nothing where nothing is. */
function told(made: () => void): string[] {
  try {
    made()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [error.message, ...error.hints.map(hintText)]
  }
  return []
}

const ours = { [externalLabel]: 'true' }

const service = (spec: Service['spec'], metadata: Partial<Service['metadata']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: ours, ...metadata },
  spec,
})

const slice = (manager: string | undefined, name = 'web-1'): EndpointSlice =>
  ({
    metadata: { name, labels: manager === undefined ? {} : { [sliceManagerLabel]: manager } },
    endpoints: [{ addresses: ['192.0.2.7'] }],
  }) as unknown as EndpointSlice

describe('a Service that is there', () => {
  it.each([
    ['is being deleted', service({}, { deletionTimestamp: '2026-01-02T03:04:05Z' }), 'it is being deleted'],
    ['has a selector', service({ selector: { app: 'web' } }), /^it has a selector \(app=web\), /],
    ['is an alias', service({ type: 'ExternalName' }), /^an ExternalName Service is an alias in DNS/],
    ['is headless', service({ clusterIP: 'None' }), /^a headless Service has no address of its own/],
    ['is of somebody else', service({}, { labels: {} }), 'it exists and was not made by this command'],
  ])('%s', (_, there, why) => {
    const [message] = told(() => refuseExisting('web', { service: there, slices: [] }, false))
    expect(message?.replace('service/web not changed: ', '')).toMatch(why)
  })

  it('is taken over where that was asked for', () => {
    const there = { service: service({}, { labels: {} }), slices: [slice(undefined)] }
    expect(told(() => refuseExisting('web', there, true))).toStrictEqual([])
  })
})

describe('endpoints that are there', () => {
  const by = (...slices: EndpointSlice[]): string[] =>
    told(() => refuseExisting('web', { service: service({}), slices }, false))

  it.each([
    [
      'of somebody else',
      [slice(undefined), slice('somebody', 'web-2')],
      'service/web not changed: endpointslice/web-1, endpointslice/web-2 were written by somebody else',
      'traffic goes there as well: 192.0.2.7, 192.0.2.7',
    ],
    [
      'of a selector that is gone',
      [slice(selectorController)],
      'service/web not changed: endpointslice/web-1 is left from when the Service had a selector',
      'traffic goes there as well: 192.0.2.7',
    ],
  ])('%s', (_, slices, message, traffic) => {
    expect(by(...slices)).toStrictEqual([message, traffic, 'replace it by what is given here:  --adopt'])
  })

  it('that a controller mirrors', () => {
    expect(by(slice(mirrorController))).toStrictEqual([
      'service/web not changed: there is endpoints/web, which a controller mirrors into endpointslice/web-1',
      expect.stringMatching(/^the Endpoints API is deprecated since Kubernetes 1\.33/),
      'take them over into EndpointSlices and delete endpoints/web, without a gap:  --adopt',
    ])
  })

  it('that a controller keeps writing are refused whatever was asked for', () => {
    const there = { service: service({}), slices: [slice('cni.example.com')] }
    for (const adopt of [false, true])
      expect(told(() => refuseExisting('web', there, adopt))).toStrictEqual([
        'service/web not changed: endpointslice/web-1 belongs to the controller "cni.example.com", which would keep writing endpoints of its own',
      ])
  })

  it('of this command are its own', () => {
    expect(by(slice(ourSlices))).toStrictEqual([])
  })
})

describe('backends', () => {
  const own: OwnAddresses = {
    serviceRanges: [parseCidr('10.96.0.0/12')!],
    services: new Map([['203.0.113.7', 'the load balancer of service/shop in namespace a']]),
    pods: new Map([['10.244.1.9', 'pod/shop in namespace a']]),
    podRanges: [{ range: parseCidr('10.244.1.0/24')!, node: 'node1' }],
    unknown: [],
  }
  const backend = (address: string, given = address): Offered => ({
    address,
    family: 'IPv4',
    ports: [80],
    given,
  })

  it.each([
    ['203.0.113.7', 'it is the load balancer of service/shop in namespace a of this cluster itself: a loop'],
    [
      '10.97.0.1',
      "it is in this cluster's own Service range 10.96.0.0/12: a Service cannot lead to another one",
    ],
    ['10.244.1.9', 'it is pod/shop in namespace a of this cluster: give the Service a selector instead'],
    [
      '10.244.1.8',
      'it is in the pod network 10.244.1.0/24 of node1 of this cluster: traffic would not leave it',
    ],
    ['shop.example.com', 'it is no IP address'],
  ])('%s', (address, why) => {
    expect(told(() => refuseBackends([backend(address)], own))).toStrictEqual([
      `${address} cannot be a backend: ${why}`,
    ])
  })

  it('several are told one by one, and one that is given twice', () => {
    const all = [backend('10.97.0.1', 'svc/x'), backend('192.0.2.7', 'svc/y'), backend('192.0.2.7')]
    expect(told(() => refuseBackends(all, own))).toStrictEqual([
      '2 of the backends cannot be used',
      expect.stringMatching(/^10\.97\.0\.1 \(svc\/x\) cannot be a backend: /),
      '192.0.2.7:80 is given twice: by svc/y and by 192.0.2.7',
    ])
    expect(told(() => refuseBackends([backend('192.0.2.7')], own))).toStrictEqual([])
  })
})

describe('what of this cluster its addresses are', () => {
  const failed = (code: number, message: string): ApiError =>
    new ApiError(
      { apiVersion: 'v1', kind: 'Status', code, reason: code === 403 ? 'Forbidden' : 'Invalid', message },
      { verb: 'GET', path: '/' },
    )
  /** A cluster without ServiceCIDR objects, which answers a dry run so. */
  const cluster = (onDryRun: () => unknown): Cluster =>
    ({
      namespace: 'shop',
      get: () => Promise.reject(failed(404, 'the server could not find the requested resource')),
      create: (_path: string, _body: object, { query }: { query: object }) => {
        expect(query).toStrictEqual({ dryRun: 'All' })
        return Promise.resolve().then(onDryRun)
      },
      async *list() {},
    }) as unknown as Cluster
  const read = async (onDryRun: () => unknown): Promise<unknown> => {
    const own = await readOwnAddresses(cluster(onDryRun), [], new AbortController().signal)
    return [own.serviceRanges.map(({ text }) => text), own.unknown]
  }
  const refusing = (error: ApiError) => () => {
    throw error
  }

  it('an older API server tells its range as it refuses an address', async () => {
    const said = failed(
      422,
      'spec.clusterIPs: failed to allocate IP 0.0.0.1: the valid range is 10.96.0.0/12',
    )
    expect(await read(refusing(said))).toStrictEqual([['10.96.0.0/12'], []])
  })

  it('one that takes the address tells nothing, and one that forbids to ask leaves it unknown', async () => {
    expect(await read(() => ({}))).toStrictEqual([[], []])
    expect(await read(refusing(failed(403, 'no')))).toStrictEqual([[], ["this cluster's Service range"]])
  })
})

describe('what the other side offers', () => {
  const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }

  it('a Gateway: its addresses, and each port once', () => {
    const listeners = [
      { name: 'a', port: 80, protocol: 'HTTP' },
      { name: 'b', port: 80, protocol: 'HTTP' },
      { name: 'dns', port: 80, protocol: 'UDP' },
    ]
    const gateway = { ...object, spec: { listeners }, status: { addresses: [{ value: '203.0.113.7' }] } }
    expect(gatewayOffer(gateway, 'gateway/x')).toStrictEqual({
      addresses: [{ host: '203.0.113.7', origin: 'gateway/x' }],
      ports: [
        { name: 'a', port: 80, protocol: 'TCP', at: 80 },
        { name: 'dns', port: 80, protocol: 'UDP', at: 80 },
      ],
      note: 'gateway/x picks its backends by host name and path: requests have to carry what its routes want',
    })
    expect(gatewayOffer(object, 'gateway/x')).toMatchObject({ addresses: [], ports: [] })
  })

  it('an Ingress: the port of its certificates, too, where it has some', () => {
    const ports = (tls: unknown[]): number[] =>
      ingressOffer({ ...object, spec: { tls } }, 'ingress/x').ports.map(({ port }) => port)
    expect([ports([]), ports([{}])]).toStrictEqual([[80], [80, 443]])
  })

  it('node ports with externalTrafficPolicy Local: the nodes with a ready endpoint, by their only address', () => {
    const node = (name: string, type: string, address: string) => ({
      ...object,
      metadata: { name },
      status: { addresses: [{ type, address }], conditions: [{ type: 'Ready', status: 'True' }] },
    })
    const nodes = [node('a', 'ExternalIP', '203.0.113.1'), node('b', 'InternalIP', '10.0.0.2')]
    const slices = [
      { endpoints: [{ nodeName: 'a' }, { nodeName: 'b', conditions: { ready: false } }] },
    ] as unknown as EndpointSlice[]
    const local = service({
      externalTrafficPolicy: 'Local',
      ports: [
        { port: 80, nodePort: 30_080, protocol: 'TCP' },
        { port: 81, name: 'other', protocol: 'TCP' },
      ],
    })
    expect(nodePortOffer(local, nodes, slices, 'svc/x')).toStrictEqual({
      addresses: [{ host: '203.0.113.1', origin: 'svc/x on a' }],
      ports: [{ port: 80, protocol: 'TCP', at: 30_080 }],
      note: 'svc/x has externalTrafficPolicy Local: only nodes with an endpoint are used',
    })
  })
})
