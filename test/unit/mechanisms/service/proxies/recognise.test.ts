import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { known, unknown } from '../../../../../src/model/cluster/store.ts'
import {
  parseKubeProxyConfiguration,
  parseProxyMode,
} from '../../../../../src/mechanisms/service/proxies/kube-proxy.ts'
import type {
  ConfigMap,
  DaemonSet,
  FelixConfiguration,
  HiddenEvidence,
  ProxyContainer,
} from '../../../../../src/mechanisms/service/proxies/evidence.ts'
import { nodeArguments } from '../../../../../src/mechanisms/service/proxies/hidden.ts'
import { recogniseProxy } from '../../../../../src/mechanisms/service/proxies/recognise.ts'
import type { ProxyFacts } from '../../../../../src/model/cluster/snapshot.ts'
import { semanticsOf } from '../../../../../src/mechanisms/service/proxies/semantics.ts'

const set = (
  name: string,
  env: { name: string; value: string }[] = [],
  namespace = 'kube-system',
): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace },
  spec: { template: { spec: { containers: [{ env }] } } },
})
const map = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x' },
  data,
})
const config = (mode: string, more = ''): string =>
  `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n${more}`
const forbidden = { what: 'configmap kube-system/kube-proxy', reason: 'forbidden' } as const

const recognise = (daemonSets: DaemonSet[], configMaps: Record<string, Record<string, string>> = {}) => {
  const facts = Object.entries(configMaps).map(([name, data]) => [name, known(map(data))] as const)
  const found = recogniseProxy({
    daemonSets: known(daemonSets),
    configMaps: { 'kube-system/kube-proxy': known(undefined), ...Object.fromEntries(facts) },
  })
  return found.known ? `${found.value.kind} ${found.value.mode ?? ''}`.trim() : 'unknown'
}

describe('who serves Services', () => {
  const cilium = (value: string) => ({ 'kube-system/cilium-config': { 'kube-proxy-replacement': value } })
  const kubeProxy = { 'kube-system/kube-proxy': { 'config.conf': config('nftables') } }

  it.each([
    ['kube-proxy by its ConfigMap', [set('kube-proxy')], kubeProxy, 'kube-proxy nftables'],
    [
      'kube-proxy of Amazon EKS',
      [set('kube-proxy')],
      { 'kube-system/kube-proxy-config': { config: config('ipvs') } },
      'kube-proxy ipvs',
    ],
    ['kube-proxy without a ConfigMap', [set('kube-proxy')], {}, 'kube-proxy'],
    ['nobody known', [], {}, 'unknown'],
    ['Cilium as replacement', [set('cilium')], cilium('true'), 'cilium'],
    ['older Cilium as replacement', [set('cilium'), set('kube-proxy')], cilium('strict'), 'cilium'],
    [
      'Cilium beside kube-proxy',
      [set('cilium'), set('kube-proxy')],
      { ...cilium('false'), ...kubeProxy },
      'cilium',
    ],
    ['GKE Dataplane V2', [set('anetd')], {}, 'cilium'],
    ['Kube-OVN beside kube-proxy', [set('kube-ovn-cni'), set('kube-proxy')], kubeProxy, 'kube-ovn'],
    ['OpenShift without OVN', [set('sdn', [], 'openshift-sdn')], {}, 'kube-proxy'],
    ['Cilium alone, without a ConfigMap', [set('cilium')], {}, 'cilium'],
    [
      'Calico with eBPF',
      [set('calico-node', [{ name: 'FELIX_BPFENABLED', value: 'true' }])],
      {},
      'calico-ebpf',
    ],
    [
      'Calico without',
      [set('calico-node', [{ name: 'FELIX_BPFENABLED', value: 'false' }]), set('kube-proxy')],
      kubeProxy,
      'kube-proxy nftables',
    ],
    ['Antrea', [set('antrea-agent'), set('kube-proxy')], kubeProxy, 'antrea'],
    ['OVN-Kubernetes', [set('ovnkube-node', [], 'openshift-ovn-kubernetes')], {}, 'ovn-kubernetes'],
    ['kube-router alone', [set('kube-router')], {}, 'kube-router'],
    [
      'kube-router for networking only',
      [set('kube-router'), set('kube-proxy')],
      kubeProxy,
      'kube-proxy nftables',
    ],
  ])('%s', (_name, sets, maps, expected) => {
    expect(recognise(sets, maps as Record<string, Record<string, string>>)).toBe(expected)
  })

  it('is unknown where the ConfigMap may not be read, and not guessed', () => {
    const configMaps = { 'kube-system/kube-proxy': unknown<ConfigMap | undefined>(forbidden) }
    expect(recogniseProxy({ daemonSets: unknown(forbidden), configMaps })).toEqual({
      known: false,
      why: forbidden,
    })
  })
})

const started = (name: string, container: ProxyContainer, desiredNumberScheduled = 3): DaemonSet => ({
  ...set(name),
  spec: { template: { spec: { containers: [container] } } },
  status: { desiredNumberScheduled },
})
const nobody: HiddenEvidence = {
  pods: known([]),
  version: known('v1.36.3'),
  nodeArgs: unknown({ what: 'nodes', reason: 'not-asked' }),
}
const look = (
  daemonSets: readonly DaemonSet[],
  configMaps: Record<string, Record<string, string>> = {},
  more: { felix?: readonly FelixConfiguration[]; hidden?: Partial<HiddenEvidence> } = {},
): ProxyFacts | string => {
  const facts = Object.entries(configMaps).map(([name, data]) => [name, known(map(data))] as const)
  const found = recogniseProxy({
    daemonSets: known(daemonSets),
    configMaps: { 'kube-system/kube-proxy': known(undefined), ...Object.fromEntries(facts) },
    ...(more.felix === undefined ? {} : { felix: known(more.felix) }),
    hidden: { ...nobody, ...more.hidden },
  })
  return found.known ? found.value : (found.why.detail ?? '')
}
const outsideOf = (facts: ProxyFacts | string): string => {
  if (typeof facts === 'string' || facts.outside === undefined) return 'the same'
  const { outside } = facts
  return outside.known ? semanticsOf(outside.value).name : 'unknown'
}

describe('who serves which way in', () => {
  const kubeProxy = { 'kube-system/kube-proxy': { 'config.conf': config('nftables') } }
  const beside = [started('cilium', { image: 'quay.io/cilium/cilium:v1.16.1@sha256:ab' }), set('kube-proxy')]
  const settings = (data: Record<string, string>) => ({ ...kubeProxy, 'kube-system/cilium-config': data })

  it.each([
    [
      'Cilium beside kube-proxy',
      beside,
      settings({ 'kube-proxy-replacement': 'false' }),
      'kube-proxy nftables',
    ],
    [
      'Cilium with node ports of its own',
      beside,
      settings({ 'kube-proxy-replacement': 'partial', 'enable-node-port': 'true' }),
      'the same',
    ],
    ['Cilium for everything', beside, settings({ 'kube-proxy-replacement': 'true' }), 'the same'],
    ['Cilium whose settings are not known', beside, kubeProxy, 'unknown'],
    ['Antrea beside kube-proxy', [set('antrea-agent'), set('kube-proxy')], kubeProxy, 'kube-proxy nftables'],
    [
      'Antrea for everything',
      [set('antrea-agent')],
      { 'kube-system/antrea-config': { 'antrea-agent.conf': 'antreaProxy:\n  proxyAll: true\n' } },
      'the same',
    ],
    [
      'Cilium beside nobody that is known',
      beside.slice(0, 1),
      settings({ 'kube-proxy-replacement': 'false' }),
      'kube-proxy nftables',
    ],
  ])('%s', (_name, sets, maps, expected) => {
    expect(outsideOf(look(sets, maps))).toBe(expected)
  })

  it('leaves Antrea out whose proxy is switched off', () => {
    for (const conf of [
      'featureGates:\n  AntreaProxy: false\n',
      'antreaProxy:\n  # said so\n  enable: false\n',
    ]) {
      const maps = { ...kubeProxy, 'kube-system/antrea-config': { 'antrea-agent.conf': conf } }
      expect(look([set('antrea-agent'), set('kube-proxy')], maps)).toMatchObject({ kind: 'kube-proxy' })
    }
  })
})

describe('whether Cilium heeds sessionAffinity', () => {
  const of = (image: string, data: Record<string, string>): string => {
    const found = look([started('cilium', { image }), set('kube-proxy')], {
      'kube-system/cilium-config': data,
    })
    return typeof found === 'string' ? found : (found.affinity?.state ?? 'on')
  }
  const beside = { 'kube-proxy-replacement': 'false' }
  const setTo = (value: string) => ({ ...beside, 'enable-session-affinity': value })

  it.each([
    ['quay.io/cilium/cilium:v1.15.3', beside, 'off'],
    ['quay.io/cilium/cilium:v1.16.1@sha256:0123', setTo('false'), 'off'],
    ['quay.io/cilium/cilium:v1.16.1', setTo('true'), 'on'],
    ['quay.io/cilium/cilium:v1.17.9', beside, 'off'],
    ['quay.io/cilium/cilium:v1.18.0', beside, 'on'],
    ['quay.io/cilium/cilium:v1.18.4', setTo('false'), 'off'],
    ['quay.io/cilium/cilium:v1.19.0', setTo('false'), 'on'],
    ['registry.example/lab/cilium:1.20.2', setTo('false'), 'on'],
    ['registry.example:5000/cilium/cilium-dev:v1.9.5', beside, 'off'],
    ['quay.io/cilium/cilium@sha256:0123', beside, 'unknown'],
    ['quay.io/cilium/cilium:latest', setTo('false'), 'unknown'],
    ['quay.io/cilium/cilium:v1.15.3', { 'kube-proxy-replacement': 'true' }, 'on'],
    ['mcr.microsoft.com/containernetworking/cilium/cilium-distroless:v1.17.4-250610', beside, 'off'],
    // Each part is switched on by itself.
    [
      'quay.io/cilium/cilium:v1.13.3',
      { 'kube-proxy-replacement': 'partial', 'enable-node-port': 'true', 'enable-session-affinity': 'false' },
      'off',
    ],
    ['quay.io/cilium/cilium:v1.15.3', { ...beside, 'enable-node-port': 'true' }, 'off'],
    [
      'quay.io/cilium/cilium:v1.15.3',
      { ...beside, 'enable-node-port': 'true', 'enable-session-affinity': 'true' },
      'on',
    ],
    [
      'quay.io/cilium/cilium:v1.13.3',
      { 'kube-proxy-replacement': 'strict', 'enable-session-affinity': 'false' },
      'on',
    ],
  ])('%s %j: %s', (image, data, expected) => {
    expect(of(image, data)).toBe(expected)
  })
})

describe('Calico, which its own settings switch to eBPF', () => {
  const felix = (name: string, bpfEnabled?: boolean): FelixConfiguration => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'FelixConfiguration',
    metadata: { name },
    spec: bpfEnabled === undefined ? {} : { bpfEnabled },
  })
  const node = set('calico-node')
  const off = started('kube-proxy', {}, 0)

  it.each([
    ['for all nodes', [felix('default', true)], 'calico-ebpf'],
    ['for none', [felix('default', false)], 'kube-proxy'],
    ['not at all', [felix('default')], 'kube-proxy'],
  ])('%s', (_name, settings, kind) => {
    expect(look([node, set('kube-proxy')], {}, { felix: settings })).toMatchObject({ kind })
  })

  it('says which nodes differ', () => {
    const found = look(
      [node, set('kube-proxy')],
      {},
      { felix: [felix('default', true), felix('node.n3', false)] },
    )
    expect(found).toMatchObject({
      kind: 'calico-ebpf',
      nodes: { n3: 'another proxy', 'the others': 'Calico eBPF' },
    })
  })

  it('lets the environment count first', () => {
    const own = set('calico-node', [{ name: 'FELIX_BPFENABLED', value: 'false' }])
    expect(look([own, set('kube-proxy')], {}, { felix: [felix('default', true)] })).toMatchObject({
      kind: 'kube-proxy',
    })
  })

  it.each([
    ['1', 'calico-ebpf'],
    ['True', 'calico-ebpf'],
    ['yes', 'calico-ebpf'],
    ['0', 'kube-proxy'],
    ['off', 'kube-proxy'],
  ])('reads the environment as Felix does: %s', (value, kind) => {
    const own = set('calico-node', [{ name: 'FELIX_BPFENABLED', value }])
    expect(look([own, set('kube-proxy')], {})).toMatchObject({ kind })
  })

  it('with kube-proxy on no node', () => {
    expect(look([node, off], {}, { felix: [felix('default', true)] })).toMatchObject({ kind: 'calico-ebpf' })
  })

  it('leaves nobody where kube-proxy is on no node and no other proxy is there', () => {
    const maps = { 'kube-system/kube-proxy': { 'config.conf': config('iptables') } }
    expect(look([node, off], maps, { felix: [felix('default', false)] })).toBe(
      'the DaemonSet kube-proxy is on no node, and none of another proxy is there',
    )
  })
})

describe('kube-proxy without a ConfigMap', () => {
  it.each([
    [
      'of Talos',
      ['/usr/local/bin/kube-proxy', '--cluster-cidr=10.244.0.0/16', '--proxy-mode=nftables'],
      'nftables',
    ],
    ['without a mode', ['/usr/local/bin/kube-proxy', '--v=2'], 'iptables'],
    ['with a file', ['/usr/local/bin/kube-proxy', '--config=/etc/kube-proxy/config'], undefined],
    ['in a shell', ['sh', '-c', 'exec kube-proxy --proxy-mode ipvs --v 2'], 'ipvs'],
  ])('%s tells its mode by its flags', (_name, command, mode) => {
    const found = look([started('kube-proxy', { command })])
    expect(typeof found === 'string' ? found : found.mode).toBe(mode)
  })

  it('stands in static pods', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod' as const,
      metadata: { name: 'kube-proxy-node1' },
      spec: { containers: [{ name: 'kube-proxy', command: ['kube-proxy'], args: ['--proxy-mode=ipvs'] }] },
    }
    expect(look([], {}, { hidden: { pods: known([pod]) } })).toMatchObject({
      kind: 'kube-proxy',
      mode: 'ipvs',
      source: 'pod kube-system/kube-proxy-node1',
    })
  })

  const nodes = (...args: (string | undefined)[]) =>
    nodeArguments(
      args.map((words, index) => ({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name: `node${index}`,
          annotations: words === undefined ? {} : { 'k3s.io/node-args': words },
        },
      })),
    )
  const k3s = (...args: (string | undefined)[]) => ({
    hidden: { version: known('v1.32.3+k3s1'), nodeArgs: known(nodes(...args)) },
  })

  it.each([
    ['as it is', ['["server"]', '["agent"]'], 'iptables'],
    ['with a mode', ['["server","--kube-proxy-arg","proxy-mode=ipvs"]'], 'ipvs'],
    ['with a mode in one word', ['["server","--kube-proxy-arg=proxy-mode=nftables"]'], 'nftables'],
    ['with modes that differ', ['["server"]', '["agent","--kube-proxy-arg=proxy-mode=ipvs"]'], undefined],
    ['whose nodes say nothing', [undefined, 'nonsense'], undefined],
  ])('is part of k3s %s', (_name, args, mode) => {
    const found = look([], {}, k3s(...args))
    expect(found).toMatchObject({ kind: 'kube-proxy', source: 'k3s, inside its own process' })
    expect(typeof found === 'string' ? found : found.mode).toBe(mode)
  })

  it.each(['F', 'False', '0'])('is who serves beside a kube-router that does not: %s', (value) => {
    const router = started('kube-router', { args: [`--run-service-proxy=${value}`] })
    expect(look([router, set('kube-proxy')])).toMatchObject({ kind: 'kube-proxy' })
  })

  it('may be switched off in k3s', () => {
    expect(look([], {}, k3s('["server","--disable-kube-proxy"]'))).toBe(
      'kube-proxy of k3s is switched off, and no DaemonSet of another one is there',
    )
  })

  it('is nowhere: not "could not be read"', () => {
    expect(look([])).toBe('kube-system has no DaemonSet of a known one')
  })
})

describe('the configuration of kube-proxy', () => {
  it.each([
    ['""', 'iptables'],
    ['', 'iptables'],
    ['iptables', 'iptables'],
    ["'nftables' # new", 'nftables'],
    ['"ipvs"', 'ipvs'],
  ])('mode: %s', (mode, expected) => {
    expect(parseKubeProxyConfiguration(config(mode))?.mode).toBe(expected)
  })

  it('is not guessed from a text that is none', () => {
    expect(parseKubeProxyConfiguration('mode: ipvs')).toBeUndefined()
    expect(parseKubeProxyConfiguration(config('userspace'))).toBeUndefined()
  })

  it('reads what YAML writers write', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('iptables', 'nftables', 'ipvs', ''),
        fc.constantFrom('', '0.0.0.0:10249', '127.0.0.1:10249', '[::1]:10249', '[::]:10249'),
        fc.dictionary(fc.stringMatching(/^[a-z]{3,9}Z$/), fc.oneof(fc.string(), fc.nat(), fc.boolean())),
        (mode, metricsBindAddress, rest) => {
          const text = stringify({
            kind: 'KubeProxyConfiguration',
            ...rest,
            mode,
            metricsBindAddress,
            nested: { mode: 'ipvs' },
          })
          expect(parseKubeProxyConfiguration(text)).toEqual({
            mode: mode === '' ? 'iptables' : mode,
            tellsMode: metricsBindAddress.startsWith('0.') || metricsBindAddress.startsWith('[::]'),
          })
        },
      ),
    )
  })

  it('reads what a proxy answers', () => {
    expect(parseProxyMode('nftables')).toBe('nftables')
    expect(parseProxyMode('<html>')).toBeUndefined()
  })
})

it('every proxy has a meaning', () => {
  for (const kind of [
    'kube-proxy',
    'cilium',
    'calico-ebpf',
    'antrea',
    'ovn-kubernetes',
    'kube-ovn',
    'kube-router',
  ] as const) {
    expect(semanticsOf({ kind, source: '', settings: {} }).name).not.toBe('')
  }
})
