import { describe, expect, test } from 'vitest'
import { hintText } from '../../../../src/cli/remedies.ts'
import type { EndpointSlice, Service } from '../../../../src/model/cluster/kubernetes.ts'
import { UserError } from '../../../../src/model/common/user-error.ts'
import { examineService } from '../../../../src/probe/plan/preflight.ts'
import { service, slice } from '../subjects.ts'

const examine = (
  spec: Partial<Service['spec']> = {},
  slices: EndpointSlice[] = [slice()],
  port?: string,
  protocol?: 'TCP' | 'UDP',
) => examineService(service(spec), slices, port, protocol)

/** The whole of what is said. */
function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return [error.message, ...error.hints.map(hintText)].join('\n')
    throw error
  }
  throw new Error('nothing was refused')
}

const ports = [
  { name: 'web', port: 80, protocol: 'TCP' as const, targetPort: 8080 },
  { name: 'dns', port: 53, protocol: 'UDP' as const },
]

const sctp = { name: 's', port: 9, protocol: 'SCTP' as const }

describe('examineService', () => {
  test('the port that is meant', () => {
    const named = (name: string) => [
      slice({ ports: [{ name, port: 1, protocol: name === 'dns' ? 'UDP' : 'TCP' }] }),
    ]
    const both = [...ports, { name: 'dns-tcp', port: 53 }]
    const chosen = (...[spec, slices, port, protocol]: Parameters<typeof examine>) => {
      const { service } = examine(spec, slices, port, protocol)
      return [service.portName, service.protocol]
    }
    expect(chosen({ ports: both }, named('web'))).toEqual(['web', 'TCP'])
    expect(chosen({ ports: [sctp, ports[1]!] }, named('dns'))).toEqual(['dns', 'UDP'])
    expect(chosen({ ports: both }, named('dns'), 'dns')).toEqual(['dns', 'UDP'])
    expect(chosen({ ports: both }, named('dns-tcp'), '53')).toEqual(['dns-tcp', 'TCP'])
    expect(chosen({ ports: both }, named('dns'), '53', 'UDP')).toEqual(['dns', 'UDP'])
    expect(chosen({ ports: both }, named('dns'), undefined, 'UDP')).toEqual(['dns', 'UDP'])
  })

  test('a plain Service', () => {
    expect(examine()).toStrictEqual({
      service: {
        namespace: 'shop',
        name: 'web',
        type: 'ClusterIP',
        clusterIP: '10.96.0.7',
        port: 80,
        protocol: 'TCP',
        policy: { kind: 'none' },
      },
      endpoints: [expect.objectContaining({ address: '10.0.0.1', ready: true })],
      localOnly: false,
      slices: [slice()],
      ports: service().spec.ports,
    })
  })

  test('picks the first TCP port, or the one that is named or numbered', () => {
    const named = [slice({ ports: [{ name: 'web', port: 8080, protocol: 'TCP' }] })]
    expect(examine({ ports: [ports[1]!, ports[0]!] }, named).service.port).toBe(80)
    expect(examine({ ports }, named, 'web').service).toMatchObject({ port: 80, portName: 'web' })
    expect(examine({ ports }, named, '80').service.port).toBe(80)
  })

  test('keeps the endpoints of the family that the cluster IP is of', () => {
    const six = slice({
      addressType: 'IPv6',
      endpoints: [{ addresses: ['fd00::1'], conditions: { ready: true } }],
    })
    const { endpoints } = examine({ clusterIP: 'fd96::7' }, [slice(), six])
    expect(endpoints.map(({ address }) => address)).toStrictEqual(['fd00::1'])
  })

  test('internalTrafficPolicy Local', () => {
    expect(examine({ internalTrafficPolicy: 'Local' }).localOnly).toBe(true)
  })

  const refusals: [string, () => unknown, RegExp][] = [
    [
      'an ExternalName',
      () => examine({ type: 'ExternalName', externalName: 'example.com' }),
      /leads to "example.com" by DNS/,
    ],
    ['a headless Service', () => examine({ clusterIP: 'None' }), /headless/],
    ['a Service without an address', () => examine({ clusterIP: '' }), /no cluster IP yet/],
    [
      'endpoints of the other protocol',
      () => examine({ ports }, [slice({ ports: [{ name: 'dns', port: 1 }] })], 'dns'),
      /port dns: its EndpointSlices do not have it for UDP/,
    ],
    [
      'endpoints of the other family',
      () => examine({ clusterIP: 'fd00::1' }),
      /no endpoints of IPv6, the family of its cluster IP/,
    ],
    ['SCTP only', () => examine({ ports: [sctp] }), /no TCP or UDP port.*\nits ports: s 9\/SCTP/],
    [
      'an SCTP port',
      () => examine({ ports: [sctp] }, [slice()], '9'),
      /"9" of service\/web is SCTP, and only/,
    ],
    [
      'TCP where UDP is meant',
      () => examine({ ports }, [slice()], '80', 'UDP'),
      /"80" of .* is TCP, not UDP/,
    ],
    ['no UDP', () => examine({ ports: [ports[0]!] }, [slice()], undefined, 'UDP'), /has no UDP port/],
    [
      'an unknown port',
      () => examine({ ports }, [slice()], '81'),
      /has no port "81"\nits ports: web 80\/TCP, dns 53\/UDP/,
    ],
    [
      'a node port',
      () => examine({ ports: [{ port: 80, nodePort: 30080 }] }, [slice()], '30080'),
      /has no port "30080"\nits ports: 80\/TCP\n30080 is the node port of 80: {2}--port 80 --via node-port/,
    ],
    [
      'a target port',
      () => examine({ ports: [{ port: 80, targetPort: 8080 }] }, [slice()], '8080'),
      /8080 is the port of the pods behind 80: {2}--port 80$/,
    ],
    ['no ports', () => examine({ ports: [] }), /the Service has no ports/],
    [
      'no endpoints',
      () => examine({}, []),
      /service\/web has no endpoints\nsee the pods that it selects: {2}kubectl get pods -n shop -l app=web/,
    ],
    [
      'no endpoints and no selector',
      () => examine({ selector: {} }, []),
      /kubectl get endpointslices -n shop -l kubernetes.io\/service-name=web/,
    ],
    [
      'nobody ready',
      () => examine({}, [slice({ endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }] })]),
      /none of its 1 is ready/,
    ],
    [
      'port names that differ',
      () => examine({ ports: [ports[0]!] }),
      /no endpoints for its port web: its EndpointSlices name the port ""/,
    ],
  ]
  for (const [name, action, words] of refusals)
    test(`refuses ${name}`, () => expect(refusal(action)).toMatch(words))
})
