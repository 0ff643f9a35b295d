import * as fc from 'fast-check'
import { hintText } from '../../../../../src/cli/remedies.ts'
import { describe, expect, test } from 'vitest'
import type { Service, ServicePort } from '../../../../../src/model/cluster/kubernetes.ts'
import { known, unknown } from '../../../../../src/model/cluster/store.ts'
import type { Hints } from '../../../../../src/mechanisms/service/balancers/recognise.ts'
import { UserError } from '../../../../../src/model/common/user-error.ts'
import { type AskedEntries, entryKinds, parseVia } from '../../../../../src/probe/plan/entries/asked.ts'
import type { EntryNode } from '../../../../../src/probe/plan/entries/nodes.ts'
import { entriesOf, mostEntries } from '../../../../../src/probe/plan/entries/resolve.ts'
import { service } from '../../subjects.ts'

const http: ServicePort = { name: 'http', port: 8080, nodePort: 30_084, protocol: 'TCP' }
const nodes: EntryNode[] = [
  { name: 'node1', ready: true, addresses: ['10.0.0.1', 'fd00::1'] },
  { name: 'node2', ready: true, addresses: ['10.0.0.2', 'fd00::2'] },
]
const all: AskedEntries = { kinds: 'all' }

function balanced(spec: Partial<Service['spec']> = {}, ingress: object[] = [{ ip: '203.0.113.7' }]): Service {
  return {
    ...service({ type: 'LoadBalancer', clusterIP: '10.96.12.167', ports: [http], ...spec }),
    status: { loadBalancer: { ingress } },
  }
}

const dualStack = {
  clusterIPs: ['10.96.12.167', 'fd00:96::7'],
  ipFamilies: ['IPv4', 'IPv6'] as ('IPv4' | 'IPv6')[],
}

function places(
  from: Service,
  asked: AskedEntries = all,
  given: readonly EntryNode[] = nodes,
  ports: readonly ServicePort[] = [http],
): string[] {
  return entriesOf(from, ports, known(given), asked).entries.map(
    ({ kind, host, port, node }) => `${kind} ${host} ${port}${node === undefined ? '' : ` ${node}`}`,
  )
}

function refusal(act: () => unknown): UserError {
  try {
    act()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it did not refuse')
}

describe('entries of a Service', () => {
  test('all that a load balancer Service has, in one family', () => {
    expect(places(balanced({ externalIPs: ['198.51.100.9', 'fd00:9::9'] }))).toStrictEqual([
      'cluster-ip 10.96.12.167 8080',
      'node-port 10.0.0.1 30084 node1',
      'node-port 10.0.0.2 30084 node2',
      'load-balancer 203.0.113.7 8080',
      'external-ip 198.51.100.9 8080',
    ])
  })

  test('both families', () => {
    const from = balanced({ ...dualStack, externalIPs: ['fd00:9::9'] }, [
      { ip: '203.0.113.7' },
      { ip: 'fd00:1::7' },
    ])
    expect(places(from, { kinds: 'all', family: 'all' })).toStrictEqual([
      'cluster-ip 10.96.12.167 8080',
      'cluster-ip fd00:96::7 8080',
      'node-port 10.0.0.1 30084 node1',
      'node-port fd00::1 30084 node1',
      'node-port 10.0.0.2 30084 node2',
      'node-port fd00::2 30084 node2',
      'load-balancer 203.0.113.7 8080',
      'load-balancer fd00:1::7 8080',
      'external-ip fd00:9::9 8080',
    ])
    expect(places(from, { kinds: 'all', family: 'IPv6' }).join()).not.toMatch(/\b10\./)
  })

  test('the DNS name only when it is asked for', () => {
    expect(places(service(), { kinds: parseVia(['dns']) })).toStrictEqual(['dns web.shop.svc 8080'])
  })

  test('the host name of a load balancer, of whatever family it may be', () => {
    const from = balanced(dualStack, [{ hostname: 'lb.example.com' }])
    expect(places(from, { kinds: parseVia(['load-balancer']), family: 'IPv6' })).toStrictEqual([
      'load-balancer lb.example.com 8080',
    ])
  })

  test('a load balancer that nodes do not stand in for', () => {
    const { entries } = entriesOf(balanced({}, [{ ip: '203.0.113.7', ipMode: 'Proxy' }]), [http], known([]), {
      kinds: parseVia(['load-balancer']),
    })
    expect(entries).toMatchObject([{ proxied: true }])
  })

  test('nor do they for a host name', () => {
    const from = balanced({}, [{ hostname: 'lb.example.com' }])
    const { entries } = entriesOf(from, [http], known([]), { kinds: parseVia(['load-balancer']) })
    expect(entries).toMatchObject([{ host: 'lb.example.com', proxied: true }])
  })

  test.each([
    ['metallb.io/l2', {}, 'MetalLB: does not read sessionAffinity: the nodes behind it do'],
    [
      'tailscale',
      {},
      'Tailscale proxy: connects with its own addresses: to sessionAffinity all who come through it are one client (AFF-SVC-LB-HIDES-CLIENTS)',
    ],
    [
      'service.k8s.aws/nlb',
      { 'nlb-target-type': 'ip' },
      'AWS Network Load Balancer: goes to the pods itself, past sessionAffinity (AFF-SVC-LB-BYPASSES)',
    ],
    [
      'service.k8s.aws/nlb',
      {
        'nlb-target-type': 'ip',
        'target-group-attributes': 'stickiness.enabled=true,stickiness.type=source_ip',
      },
      'AWS Network Load Balancer: its own stickiness is on, by the address; goes to the pods itself, past sessionAffinity (AFF-SVC-LB-BYPASSES)',
    ],
    [
      undefined,
      { type: 'nlb' },
      'AWS Network Load Balancer: refuses sessionAffinity, and is as it was made before (AFF-SVC-LB-REFUSED)',
    ],
    ['acme.example/balancer', {}, ''],
  ])('what %s with %j makes of affinity', (loadBalancerClass, own, words) => {
    const spec: Partial<Service['spec']> = { sessionAffinity: 'ClientIP' }
    if (loadBalancerClass !== undefined) spec.loadBalancerClass = loadBalancerClass
    const from = balanced(spec, [{ hostname: 'lb.example.com' }])
    from.metadata.annotations = Object.fromEntries(
      Object.entries(own).map(([key, value]) => [
        `service.beta.kubernetes.io/aws-load-balancer-${key}`,
        value,
      ]),
    )
    const { notes } = entriesOf(from, [http], known([]), { kinds: parseVia(['load-balancer']) })
    expect(notes.join()).toBe(words)
  })

  test('whose a load balancer is, events and the nodes tell where nothing on the Service does', () => {
    const from = balanced({ sessionAffinity: 'ClientIP' }, [{ ip: '203.0.113.7' }])
    const via = { kinds: parseVia(['load-balancer']) }
    const notes = (hints: Hints): string => entriesOf(from, [http], known([]), via, hints).notes.join()
    expect(notes({})).toBe('')
    expect(notes({ cloud: known('digitalocean://1234') })).toMatch(/^DigitalOcean/)
    const message = 'unsupported SessionAffinity "ClientIP"'
    expect(notes({ events: known([{ message }]), cloud: known('') })).toMatch(/refuses sessionAffinity/)
  })

  test('traffic policies count each for their side', () => {
    const local = (spec: Partial<Service['spec']>) =>
      entriesOf(balanced(spec), [http], known(nodes), all).entries.flatMap(({ kind, policyLocal }) =>
        policyLocal === true ? [kind] : [],
      )
    expect(local({ internalTrafficPolicy: 'Local' })).toStrictEqual(['cluster-ip'])
    expect(local({ externalTrafficPolicy: 'Local' })).toStrictEqual([
      'node-port',
      'node-port',
      'load-balancer',
    ])
  })

  test('all leaves out what there is not, and says so', () => {
    const { entries, notes } = entriesOf(
      service({ ports: [{ port: 80 }] }),
      [{ port: 80 }],
      known(nodes),
      all,
    )
    expect(entries.map(({ kind }) => kind)).toStrictEqual(['cluster-ip'])
    expect(notes).toStrictEqual([
      'port 80 of service/web has no node port (it is of type ClusterIP)',
      'service/web is of type ClusterIP and has no load balancer',
      'service/web has no external IP (spec.externalIPs)',
    ])
  })

  test('nodes that are not ready, or have no address of the family, are named', () => {
    const given = [
      nodes[0]!,
      { name: 'node2', ready: false, addresses: ['10.0.0.2'] },
      { name: 'node3', ready: true, addresses: ['10.0.0.3'] },
    ]
    const { entries, notes } = entriesOf(balanced(dualStack), [http], known(given), {
      kinds: parseVia(['node-port']),
      family: 'IPv6',
    })
    expect(entries.map(({ node }) => node)).toStrictEqual(['node1'])
    expect(notes).toStrictEqual(['node2 is not ready and left out', 'node3 has no IPv6 address (InternalIP)'])
  })

  test('more than a table can show are left out, and counted', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      name: `n${index}`,
      ready: true,
      addresses: [`10.1.${index >> 8}.${index & 255}`],
    }))
    const { entries, notes } = entriesOf(balanced(), [http], known(many), all)
    expect(entries).toHaveLength(mostEntries)
    expect(notes.join()).toMatch(/438 of 502 entries are left out/)
  })
})

test('a load balancer that is known goes with its entry', () => {
  const from = balanced()
  from.metadata.annotations = { 'load-balancer.hetzner.cloud/location': 'fsn1' }
  const { entries } = entriesOf(from, [http], known(nodes), { kinds: parseVia(['load-balancer']) })
  expect(entries.map(({ balancer }) => balancer)).toMatchObject([
    { name: 'Hetzner load balancer', own: expect.stringMatching(/http-sticky-sessions/) },
  ])
})

describe('refusals', () => {
  const asked = (word: string, more: Partial<AskedEntries> = {}): AskedEntries => ({
    kinds: parseVia([word]),
    ...more,
  })
  const refused = (
    from: Service,
    what: AskedEntries,
    given = known(nodes) as Parameters<typeof entriesOf>[2],
  ) => refusal(() => entriesOf(from, from.spec.ports ?? [], given, what))

  test.each([
    ['node-port', service(), /port 80 of service\/web has no node port \(it is of type ClusterIP\)/],
    ['load-balancer', service(), /of type ClusterIP and has no load balancer/],
    ['load-balancer', balanced({}, []), /has no address yet/],
    ['load-balancer', balanced({}, [{ ip: 'fd00::7' }]), /no load balancer address of IPv4/],
    ['external-ip', balanced(), /no external IP/],
  ])('%s', (word, from, message) => {
    const error = refused(from, asked(word))
    expect(error.message).toMatch(message)
    expect(error.hints.map(hintText).join()).toMatch(/--via cluster-ip|kubectl describe/)
  })

  test('a load balancer that nobody makes, as its cloud refuses the affinity', () => {
    const from = balanced({ sessionAffinity: 'ClientIP' }, [])
    from.metadata.annotations = { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' }
    const error = refused(from, asked('load-balancer'))
    expect(error.message).toMatch(/AWS Network Load Balancer refuses sessionAffinity ClientIP/)
    expect(error.hints.map(hintText).join()).toMatch(/kubectl affinity disable svc\/web/)
  })

  test('IPv6 on a Service of one family', () => {
    const error = refused(service(), asked('cluster-ip', { family: 'IPv6' }))
    expect(error.message).toBe('service/web has no IPv6 address: its ipFamilies are IPv4')
    expect(error.hints.map(hintText).join()).toMatch(/PreferDualStack/)
  })

  test('nodes that may not be listed: the ClusterRole; all goes without', () => {
    const forbidden = unknown<EntryNode[]>({
      what: 'nodes',
      reason: 'forbidden',
      detail: 'nodes is forbidden',
    })
    const error = refused(balanced(), asked('node-port'), forbidden)
    expect(error.message).toMatch(/nodes is forbidden/)
    expect(error.hints.map(hintText).join('\n')).toMatch(/kind: ClusterRole[\s\S]*resources: \["nodes"\]/)
    const found = entriesOf(balanced(), [http], forbidden, all)
    expect(found.entries.map(({ kind }) => kind)).toStrictEqual(['cluster-ip', 'load-balancer'])
    expect(found.notes.join()).toMatch(/nodes cannot be read/)
  })

  test('words that are no entry', () => {
    expect(refusal(() => parseVia(['cluster-ip,nodeport'])).message).toMatch(
      /"nodeport" is no entry.*did you mean "node-port"\?/,
    )
    expect(refusal(() => parseVia([''])).exitCode).toBe(2)
    expect(parseVia(['dns', 'cluster-ip, node-port'])).toStrictEqual(
      new Set(['dns', 'cluster-ip', 'node-port']),
    )
    expect(parseVia(['dns,all'])).toBe('all')
  })
})

const anyPort = fc.record({
  name: fc.constantFrom('http', 'https', 'admin'),
  port: fc.integer({ min: 1, max: 65_535 }),
  nodePort: fc.constantFrom(0, 30_000, 30_001),
  protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
})
const anyNode = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  ready: fc.boolean(),
  addresses: fc.subarray(['10.0.0.1', '10.0.0.2', 'fd00::1']),
})
const anyService = fc
  .record({
    type: fc.constantFrom('ClusterIP' as const, 'NodePort' as const, 'LoadBalancer' as const),
    both: fc.boolean(),
    externalIPs: fc.subarray(['198.51.100.9', 'fd00:9::9']),
    ingress: fc.subarray([{ ip: '203.0.113.7' }, { ip: 'fd00:1::7' }, { hostname: 'lb.example.com' }, {}]),
    internalTrafficPolicy: fc.constantFrom('Cluster' as const, 'Local' as const),
    externalTrafficPolicy: fc.constantFrom('Cluster' as const, 'Local' as const),
  })
  .map(({ both, ingress, ...spec }): Service => ({
    ...service({ ...spec, clusterIP: '10.96.12.167', ...(both ? dualStack : {}) }),
    status: { loadBalancer: { ingress } },
  }))
const anyAsked = fc.record(
  {
    kinds: fc.oneof(
      fc.constant('all' as const),
      fc.subarray([...entryKinds], { minLength: 1 }).map((kinds) => new Set(kinds)),
    ),
    family: fc.constantFrom('IPv4' as const, 'IPv6' as const, 'all' as const),
  },
  { requiredKeys: ['kinds'] },
)

test('whatever the Service: entries are numbered, distinct, of an asked kind and family; or there is a reason', () => {
  fc.assert(
    fc.property(
      anyService,
      fc.uniqueArray(anyPort, { minLength: 1, maxLength: 3, selector: ({ port }) => port }),
      fc.uniqueArray(anyNode, { selector: ({ name }) => name }),
      anyAsked,
      (from, ports, given, asked) => {
        let found
        try {
          found = entriesOf(from, ports, known(given), asked)
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
          return
        }
        const { entries, notes } = found
        expect(entries.map(({ index }) => index)).toStrictEqual(entries.map((_, index) => index))
        const kinds = new Set(entries.map(({ kind }) => kind))
        if (asked.kinds === 'all') {
          expect(kinds).toContain('cluster-ip')
          // What is not there is told.
          expect(kinds.size + notes.length).toBeGreaterThanOrEqual(entryKinds.length - 1)
        } else expect(kinds).toStrictEqual(asked.kinds)
        for (const { kind, host, port, servicePort, node, family } of entries) {
          if (asked.family !== undefined && asked.family !== 'all') expect(family).toBe(asked.family)
          if (/^[\d.:a-f]+$/.test(host) && host !== 'a') expect(host.includes(':')).toBe(family === 'IPv6')
          expect(ports.some((each) => each.port === servicePort)).toBe(true)
          expect(port).toBeGreaterThan(0)
          const owner = given.find(({ name }) => name === node)
          if (kind === 'node-port') expect(owner).toMatchObject({ ready: true })
          else expect(port).toBe(servicePort)
        }
      },
    ),
    { numRuns: 500 },
  )
})
