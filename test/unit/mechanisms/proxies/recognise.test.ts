import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { known, unknown } from '../../../../src/model/fact.ts'
import {
  parseKubeProxyConfiguration,
  parseProxyMode,
} from '../../../../src/mechanisms/service/proxies/kube-proxy.ts'
import {
  type ConfigMap,
  type DaemonSet,
  recogniseProxy,
} from '../../../../src/mechanisms/service/proxies/recognise.ts'
import { semanticsOf } from '../../../../src/mechanisms/service/proxies/semantics.ts'

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
      'kube-proxy nftables',
    ],
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
    'kube-router',
  ] as const) {
    expect(semanticsOf({ kind, source: '', settings: {} }).name).not.toBe('')
  }
})
