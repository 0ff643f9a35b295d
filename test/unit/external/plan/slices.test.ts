import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sliceManagerLabel, ourSlices, serviceLabel } from '../../../../src/model/cluster/external.ts'
import {
  planSlices,
  sliceObject,
  slicePlaces,
  type SliceWrite,
} from '../../../../src/external/plan/slices.ts'
import type { OutsideBackend, ExternalPort } from '../../../../src/external/types.ts'
import { endpointsOfPort } from '../../../../src/model/cluster/endpoint.ts'
import type { EndpointSlice } from '../../../../src/model/cluster/kubernetes.ts'

const service = { namespace: 'shop', name: 'backend', uid: 'u1' }
const http: ExternalPort = { port: 80, name: 'http', protocol: 'TCP' }

const address = fc
  .integer({ min: 1, max: 600 })
  .map((n) => ({ address: `192.0.${n >> 8}.${n & 255}`, family: 'IPv4' as const }))
const address6 = fc
  .integer({ min: 1, max: 300 })
  .map((n) => ({ address: `2001:db8::${n.toString(16)}`, family: 'IPv6' as const }))

/** Backends without duplicates, of both families, most on one port. */
const backends = fc
  .uniqueArray(
    fc.record({
      place: fc.oneof({ weight: 4, arbitrary: address }, address6),
      port: fc.oneof({ weight: 4, arbitrary: fc.constant(80) }, fc.constant(8080)),
      origin: fc.option(fc.constantFrom('svc/a', 'svc/b'), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 260, size: 'max', selector: ({ place, port }) => `${place.address} ${port}` },
  )
  .map((list) =>
    list.map(({ place, port, origin }): OutsideBackend => ({
      ...place,
      ports: [port],
      ...(origin === undefined ? {} : { origin }),
    })),
  )

/** What an API server has after a write. */
function store(slices: ReadonlyMap<string, EndpointSlice>, write: SliceWrite): Map<string, EndpointSlice> {
  const next = new Map(slices)
  if (write.kind === 'delete') next.delete(write.before.metadata.name)
  else {
    if (write.kind === 'create') expect(slices.has(write.slice.name)).toBe(false)
    next.set(write.slice.name, sliceObject(write.slice, service) as EndpointSlice)
  }
  return next
}

const plan = (wanted: readonly OutsideBackend[], slices: ReadonlyMap<string, EndpointSlice>, prune = true) =>
  planSlices([http], wanted, [...slices.values()], {
    service: 'backend',
    prune,
    taken: new Set(),
    ownerUid: 'u1',
  })

const served = (slices: ReadonlyMap<string, EndpointSlice>): string[] =>
  endpointsOfPort([...slices.values()], 'http')
    .map(({ address: one, port }) => `${one} ${port}`)
    .sort()

const keys = (list: readonly OutsideBackend[]): string[] =>
  list.map(({ address: one, ports }) => `${one} ${ports.join()}`).sort()

describe('the plan from one list of backends to the next', () => {
  it('arrives, and at no moment is there nothing, or something that is neither old nor new', () => {
    fc.assert(
      fc.property(fc.array(backends, { minLength: 2, maxLength: 4 }), (lists) => {
        let slices: Map<string, EndpointSlice> = new Map()
        for (const wanted of lists) {
          const { adding, removing } = plan(wanted, slices)
          const before = served(slices)
          const allowed = new Set([...before, ...keys(wanted)])
          for (const write of [...adding, ...removing]) {
            slices = store(slices, write)
            const now = served(slices)
            expect(now.length).toBeGreaterThan(0)
            expect(now.every((one) => allowed.has(one))).toBe(true)
          }
          expect(served(slices)).toEqual(keys(wanted))
          for (const slice of slices.values()) {
            const addresses = slice.endpoints ?? []
            expect(addresses.length).toBeGreaterThan(0)
            expect(addresses.length).toBeLessThanOrEqual(slicePlaces)
            expect(addresses.every((one) => one.addresses.length === 1)).toBe(true)
            // One family in a slice, as the API demands.
            expect(new Set(addresses.map(({ addresses: [one] }) => one?.includes(':')))).toEqual(
              new Set([slice.addressType === 'IPv6']),
            )
            expect(slice.metadata.labels).toEqual({
              [serviceLabel]: 'backend',
              [sliceManagerLabel]: ourSlices,
            })
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('writes nothing when nothing changed, and one slice when one address did', () => {
    fc.assert(
      fc.property(backends, (wanted) => {
        let slices: Map<string, EndpointSlice> = new Map()
        for (const write of plan(wanted, slices).adding) slices = store(slices, write)
        const again = plan(wanted, slices)
        expect([again.adding, again.removing, again.added, again.removed]).toEqual([[], [], [], []])
        const one: OutsideBackend = { address: '198.51.100.7', family: 'IPv4', ports: [80] }
        const more = plan([...wanted, one], slices)
        expect(more.adding).toHaveLength(1)
        expect(more.removing).toHaveLength(0)
        expect(more.added.map(({ text }) => text)).toEqual(['198.51.100.7:80'])
      }),
      { numRuns: 40 },
    )
  })

  it('keeps what is not given any more with --prune=false', () => {
    fc.assert(
      fc.property(backends, backends, (first, second) => {
        let slices: Map<string, EndpointSlice> = new Map()
        for (const write of plan(first, slices).adding) slices = store(slices, write)
        const { adding, removing, removed } = plan(second, slices, false)
        for (const write of [...adding, ...removing]) slices = store(slices, write)
        expect(removed).toEqual([])
        expect(served(slices)).toEqual([...new Set([...keys(first), ...keys(second)])].sort())
      }),
      { numRuns: 40 },
    )
  })

  it('leaves an address in the slice where it is', () => {
    const many = Array.from({ length: 150 }, (_, n): OutsideBackend => ({
      address: `192.0.2.${n}`,
      family: 'IPv4',
      ports: [80],
    }))
    let slices: Map<string, EndpointSlice> = new Map()
    for (const write of plan(many, slices).adding) slices = store(slices, write)
    expect([...slices.keys()]).toEqual(['backend-external-ipv4-80-1', 'backend-external-ipv4-80-2'])
    const { adding, removing } = plan(many.slice(1), slices)
    expect(adding).toEqual([])
    expect(removing.map((write) => (write.kind === 'update' ? write.slice.name : write.kind))).toEqual([
      'backend-external-ipv4-80-1',
    ])
  })

  it('takes no name that somebody else has', () => {
    const { adding } = planSlices([http], [{ address: '192.0.2.1', family: 'IPv4', ports: [80] }], [], {
      service: 'backend',
      prune: true,
      taken: new Set(['backend-external-ipv4-80-1']),
    })
    expect(adding.map((write) => (write.kind === 'create' ? write.slice.name : write.kind))).toEqual([
      'backend-external-ipv4-80-2',
    ])
  })

  it('puts right what somebody changed: an endpoint that is not ready, and a twin in two slices', () => {
    const wanted: OutsideBackend[] = [{ address: '192.0.2.1', family: 'IPv4', ports: [80] }]
    let slices: Map<string, EndpointSlice> = new Map()
    for (const write of plan(wanted, slices).adding) slices = store(slices, write)
    const [name, slice] = [...slices][0]!
    const broken = { ...slice, endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: false } }] }
    expect(plan(wanted, new Map([[name, broken]])).removing).toHaveLength(1)
    const twin = { ...slice, metadata: { ...slice.metadata, name: 'twin' } }
    const { removing } = plan(wanted, new Map([...slices, ['twin', twin]]))
    expect(removing.map(({ kind }) => kind)).toEqual(['delete'])
  })
})
