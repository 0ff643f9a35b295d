import { expect, it } from 'vitest'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import type { EndpointSlice, ServicePort } from '../../../../../src/model/cluster/kubernetes.ts'
import { findEntries } from '../../../../../src/probe/plan/entries/find.ts'
import type { AskedEntries } from '../../../../../src/probe/plan/entries/asked.ts'
import { examineService } from '../../../../../src/probe/plan/preflight.ts'
import { service, slice } from '../../subjects.ts'

const sip: ServicePort[] = [
  { name: 'sip-udp', port: 5060, protocol: 'UDP' },
  { name: 'sip-tcp', port: 5060, protocol: 'TCP' },
  { name: 'admin', port: 8080 },
  { name: 'media', port: 40_982, protocol: 'UDP' },
  { name: 'diameter', port: 3868, protocol: 'SCTP' },
]

/** One that has the ports, under their names. */
function sliceOf(ports: readonly ServicePort[], more: Partial<EndpointSlice> = {}): EndpointSlice {
  return slice({
    ports: ports.map(({ name = '', port, protocol = 'TCP' }) => ({ name, port, protocol })),
    ...more,
  })
}

async function find(
  spec: Parameters<typeof service>[0],
  slices: EndpointSlice[],
  { protocol, ...more }: Partial<AskedEntries> & { protocol?: 'TCP' | 'UDP' } = {},
) {
  const from = service(spec)
  const via = { kinds: new Set(['cluster-ip'] as const), allPorts: true, ...more }
  const subject = examineService(from, slices, undefined, protocol, via.allPorts)
  const signal = new AbortController().signal
  const asked = { via, ...(protocol === undefined ? {} : { protocol }) }
  const { entries, unasked = [] } = await findEntries({} as Cluster, from, subject, asked, signal)
  return {
    asked: entries.map(({ index, portName, family }) => `${index} ${portName} ${family}`),
    unasked: unasked.map(
      ({ port, name, protocol: of, family = '', why }) => `${port} ${name} ${of} ${family}: ${why}`,
    ),
  }
}

it('--all-ports names the ports of other protocols, which one run cannot ask', async () => {
  expect(await find({ ports: sip }, [sliceOf(sip)])).toEqual({
    asked: ['0 sip-tcp IPv4', '1 admin IPv4'],
    unasked: [
      '5060 sip-udp UDP : needs a probe of its own',
      '40982 media UDP : needs a probe of its own',
      '3868 diameter SCTP : cannot be asked',
    ],
  })
})

it('who names a protocol means its ports alone', async () => {
  expect(await find({ ports: sip }, [sliceOf(sip)], { protocol: 'UDP' })).toEqual({
    asked: ['0 sip-udp IPv4', '1 media IPv4'],
    unasked: [],
  })
})

const web: ServicePort[] = [
  { name: 'metrics', port: 9090, targetPort: 'metrics' },
  { name: 'http', port: 80 },
  { name: 'admin', port: 81 },
]

it('--all-ports leaves out ports with nobody behind them, also the first, and says why', async () => {
  const slices = [
    sliceOf(web.slice(1, 2)),
    sliceOf(web.slice(2), { endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }] }),
  ]
  expect(await find({ ports: web }, slices)).toEqual({
    asked: ['0 http IPv4'],
    unasked: [
      '9090 metrics TCP : has no endpoints for its port metrics: none of the 2 pods that it selects has a port named metrics of TCP',
      '81 admin TCP : has no ready endpoints: none of its 1 is ready to answer',
    ],
  })
})

it('a family without slices is not asked', async () => {
  const dual = {
    ports: web.slice(1, 2),
    ipFamilies: ['IPv4' as const, 'IPv6' as const],
    clusterIPs: ['10.96.0.7', 'fd00::7'],
  }
  expect(await find(dual, [sliceOf(web)], { family: 'all' })).toEqual({
    asked: ['0 http IPv4'],
    unasked: ['80 http TCP IPv6: has no endpoints of IPv6'],
  })
  await expect(find(dual, [sliceOf(web)], { family: 'IPv6' })).rejects.toThrow('has no endpoints of IPv6')
})
