import { expect, it } from 'vitest'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import type { ServicePort } from '../../../../../src/model/cluster/kubernetes.ts'
import { findEntries } from '../../../../../src/probe/plan/entries/find.ts'
import type { ProbeSubject } from '../../../../../src/probe/plan/preflight.ts'
import { service } from '../../subjects.ts'

const sip: ServicePort[] = [
  { name: 'sip-udp', port: 5060, protocol: 'UDP' },
  { name: 'sip-tcp', port: 5060, protocol: 'TCP' },
  { name: 'admin', port: 8080 },
  { name: 'media', port: 40_982, protocol: 'UDP' },
]

it('--all-ports names the ports of the other protocol, which one run cannot ask', async () => {
  const from = service({ ports: sip })
  const subject = {
    service: { namespace: 'shop', name: 'web', port: 5060, portName: 'sip-tcp', protocol: 'TCP' },
    ports: sip,
    endpoints: [],
    slices: [],
    localOnly: false,
  } as unknown as ProbeSubject
  const via = { kinds: new Set(['cluster-ip'] as const), allPorts: true }
  const found = await findEntries({} as Cluster, from, subject, { via }, new AbortController().signal)
  expect(found.entries.map(({ port, protocol }) => `${port}/${protocol}`)).toEqual(['5060/TCP', '8080/TCP'])
  expect(found.notes).toEqual([
    'not asked, as they are not TCP: sip-udp 5060/UDP, media 40982/UDP; UDP ports are probed with --protocol udp --send TEXT',
  ])
})
