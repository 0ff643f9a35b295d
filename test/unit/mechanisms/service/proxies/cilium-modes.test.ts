import { describe, expect, it } from 'vitest'
import { analyse, type Explanation } from '../../../../../src/analysis/analyse.ts'
import { known } from '../../../../../src/model/cluster/store.ts'
import { service, snapshot, target } from '../../../analysis/build.ts'

/** What is said of a node port with affinity, served by Cilium with these settings. */
function said(settings: Record<string, string>, spec = {}, annotations = {}): Explanation {
  const served = service({ type: 'NodePort', ...spec }, { annotations })
  const proxy = known({ kind: 'cilium' as const, source: 'test', settings })
  return analyse(snapshot({ service: served }, { proxy }), target)
}

const codesOf = ({ findings }: Explanation): string[] => findings.map(({ code }) => code)
const noteOf = ({ paths }: Explanation): string | undefined =>
  paths.find(({ entry }) => entry.kind === 'node-port')?.hops.at(-1)?.note

const client = "pods see the client's address"
const node = 'pods see the address of the node'
const udp = { ports: [{ port: 53, protocol: 'UDP', nodePort: 30_053 }] }

describe('whose address pods see through the node ports of Cilium', () => {
  it.each<[string, string | undefined, Parameters<typeof said>]>([
    ['SNAT', node, [{ 'bpf-lb-mode': 'snat' }]],
    ['DSR', client, [{ 'bpf-lb-mode': 'dsr' }]],
    ['DSR, UDP', client, [{ 'bpf-lb-mode': 'dsr' }, udp]],
    ['hybrid, TCP', client, [{ 'bpf-lb-mode': 'hybrid' }]],
    ['hybrid, UDP', node, [{ 'bpf-lb-mode': 'hybrid' }, udp]],
    [
      'a way that the Service asks for, and may not get',
      undefined,
      [{ 'bpf-lb-mode': 'snat' }, {}, { 'service.cilium.io/forwarding-mode': 'dsr' }],
    ],
  ])('%s: %s', (_name, words, args) => {
    const explanation = said(...args)
    expect(noteOf(explanation)).toBe(words)
    expect(codesOf(explanation).includes('AFF-SVC-NODEPORT-MASQUERADED')).toBe(words === node)
  })
})

describe('whether another node means another pod', () => {
  it.each([
    ['random', {}, true],
    ['maglev', {}, false],
    ['maglev', { 'service.cilium.io/lb-algorithm': 'random' }, true],
  ])('%s, asked for %o: %s', (algorithm, annotations, mayDiffer) => {
    const explanation = said({ 'bpf-lb-algorithm': algorithm }, {}, annotations)
    expect(codesOf(explanation).includes('AFF-SVC-PER-NODE-TABLES')).toBe(mayDiffer)
  })
})
