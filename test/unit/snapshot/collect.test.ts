import { describe, expect, it } from 'vitest'
import { analyse } from '../../../src/analysis/analyse.ts'
import { analyzers } from '../../../src/analysis/analyzers/index.ts'
import { type Code, codeInfo } from '../../../src/model/findings/code.ts'
import type { Need } from '../../../src/mechanisms/analyzer.ts'
import { type InputName, inputs } from '../../../src/mechanisms/service/facts.ts'
import type { Service } from '../../../src/model/cluster/kubernetes.ts'
import { Collector } from '../../../src/snapshot/collect.ts'
import { explainCluster, type ExplainStep } from '../../../src/snapshot/explanations.ts'
import { toChange } from '../../../src/snapshot/wants.ts'
import { serviceKind } from '../../../src/mechanisms/service/objects.ts'
import { anyKind } from '../../../src/model/affinity/target.ts'
import type { TargetQuery } from '../../../src/model/targets/parse.ts'
import { pod, service, slice, target } from '../analysis/build.ts'
import { fakeCluster } from './fake-cluster.ts'

const services = '/api/v1/namespaces/shop/services'
const configMap = '/api/v1/namespaces/kube-system/configmaps/kube-proxy'
const slices = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
const pods = '/api/v1/namespaces/shop/pods'

const kubeProxy = { data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: nftables\n' } }
const groups = (...names: string[]) => ({
  groups: ['autoscaling', ...names].map((name) => ({
    name,
    preferredVersion: { version: name === 'autoscaling' ? 'v2' : 'v1' },
  })),
})
const base = {
  '/apis': groups(),
  [`${services}/web`]: service(),
  [slices]: { items: [slice(['10.244.1.4', '10.244.2.4'])] },
  [pods]: { items: [pod()] },
  [configMap]: kubeProxy,
}

const kind = anyKind(serviceKind)
const everywhere: TargetQuery = { kind: 'list', of: kind, allNamespaces: true }
const namedQuery = (names: readonly string[]): TargetQuery => ({
  kind: 'names',
  targets: names.map((name) => ({ kind, name })),
})

const steps = (cluster: Parameters<typeof explainCluster>[0], query: TargetQuery): Promise<ExplainStep[]> =>
  Array.fromAsync(explainCluster(cluster, query))

describe('what cannot be read', () => {
  it('is told once, and no failure of what nobody needs is left over', async () => {
    const { cluster } = fakeCluster({ [`${services}/web`]: 'missing' })
    const wants = { inputs: new Set<InputName>() }
    // A failure that nobody handles would fail this test run.
    await expect(new Collector(cluster).collect([target], { wants })).rejects.toThrow()
  })
})

describe('what one Service needs', () => {
  it('is read, and no list of the whole cluster', async () => {
    const { cluster, asked } = fakeCluster(base)
    const snapshot = await new Collector(cluster).collect([target])
    expect(analyse(snapshot, target).notPossible).toEqual([])
    expect(asked.toSorted()).toEqual(
      [
        '/apis',
        `${services}/web`,
        `${slices}?kubernetes.io/service-name=web`,
        `${pods}?app=web`,
        '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers',
        '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies',
        '/apis/networking.k8s.io/v1/namespaces/shop/ingresses',
        '/apis/apps/v1/namespaces/kube-system/daemonsets',
        configMap,
        '/api/v1/nodes?kubernetes.io/os=windows',
      ].toSorted(),
    )
  })

  describe('beside routes', () => {
    const api = '/apis/gateway.networking.k8s.io/v1'
    const object = (named: string, namespace: string | undefined, spec: object) => ({
      metadata: { name: named, ...(namespace === undefined ? {} : { namespace }) },
      spec,
    })
    const route = (backend: string) =>
      object('route', 'shop', {
        parentRefs: [{ name: 'public' }],
        rules: [{ sessionPersistence: { sessionName: 'lb' }, backendRefs: [{ name: backend, port: 80 }] }],
      })
    const gateway = object('public', 'shop', {
      gatewayClassName: 'eg',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    })
    const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller'
    const policies = '/apis/gateway.envoyproxy.io/v1/backendtrafficpolicies'
    const asNamed = async (backend: string, more: Parameters<typeof fakeCluster>[0] = {}) => {
      const { cluster, asked } = fakeCluster({
        ...base,
        '/apis': groups('gateway.networking.k8s.io', 'gateway.envoyproxy.io'),
        [`${api}/httproutes`]: { items: [route(backend)] },
        [`${api}/gateways`]: { items: [gateway] },
        [`${api}/gatewayclasses`]: { items: [object('eg', undefined, { controllerName })] },
        ...more,
      })
      const collector = new Collector(cluster)
      const snapshot = await collector.collect([target])
      const narrow = asked.filter((path) => path.startsWith(api))
      const whole = { ...snapshot, objects: await collector.inFront([target.namespace]) }
      return { narrow, explanations: [snapshot, whole].map((one) => analyse(one, target)) }
    }

    it('is what leads to it through a gateway, where a route names it', async () => {
      const { narrow, explanations } = await asNamed('web')
      expect(narrow).toEqual(
        expect.arrayContaining([`${api}/gateways`, `${api}/gatewayclasses`, `${api}/referencegrants`]),
      )
      expect(explanations[0]?.paths.map(({ entry }) => entry.kind)).toContain('host')
      expect(explanations[0]).toEqual(explanations[1])
    })

    it('is none of that for the routes of others, and says the same', async () => {
      const { narrow, explanations } = await asNamed('web2')
      expect(narrow.toSorted()).toEqual(
        ['backendlbpolicies', 'grpcroutes', 'httproutes'].map((one) => `${api}/${one}`),
      )
      expect(explanations[0]).toEqual(explanations[1])
    })

    it('is the gateways where a policy may name one that is not there', async () => {
      const policy = (name: string) =>
        object('policy', 'shop', {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name }],
        })
      const given = await asNamed('web2', {
        [policies]: { items: [policy('web')] },
        [`${api}/gateways`]: { items: [gateway, object('web', 'shop', {})] },
      })
      expect(given.narrow).toContain(`${api}/gateways`)
      expect(given.explanations[0]?.findings.map(({ code }) => code)).not.toContain('AFF-EG-BAD-TARGET')
      const missing = await asNamed('web2', { [policies]: { items: [policy('web')] } })
      expect(missing.explanations[0]?.findings.map(({ code }) => code)).toContain('AFF-EG-BAD-TARGET')
    })

    it('is all that may matter, where the routes may not be read', async () => {
      const refused = {
        [`${api}/httproutes`]: 'forbidden',
        [`${api}/namespaces/shop/httproutes`]: 'forbidden',
      }
      const { narrow, explanations } = await asNamed('web', refused)
      expect(narrow).toContain(`${api}/gateways`)
      expect(explanations[0]).toEqual(explanations[1])
    })
  })

  it('is less without affinity', async () => {
    const { cluster, asked } = fakeCluster({
      ...base,
      [`${services}/web`]: service({ sessionAffinity: 'None' }),
    })
    await new Collector(cluster).collect([target])
    expect(asked).toHaveLength(7)
  })

  it('holds custom resources of groups that the cluster serves only', async () => {
    const { cluster, asked } = fakeCluster({ ...base, '/apis': groups('gateway.networking.k8s.io') })
    await new Collector(cluster).collect([target])
    expect(asked).toContain('/apis/gateway.networking.k8s.io/v1/httproutes')
    expect(asked.join()).not.toContain('istio')
  })

  it('asks the proxies on the nodes where they can be asked', async () => {
    const open = {
      data: { 'config.conf': 'kind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0:10249\n' },
    }
    const { cluster } = fakeCluster({
      ...base,
      [configMap]: open,
      '/api/v1/nodes/node1%3A10249/proxy/proxyMode': 'iptables',
      '/api/v1/nodes/node2%3A10249/proxy/proxyMode': 'nftables',
    })
    const { findings } = analyse(await new Collector(cluster).collect([target]), target)
    expect(findings.map(({ code }) => code)).toContain('AFF-PROXY-MIXED-MODES')
  })
})

describe('a proxy that does not show at first', () => {
  const daemonSets = '/apis/apps/v1/namespaces/kube-system/daemonsets'
  const bare = { ...base, [configMap]: 'missing' }
  const proxyOf = async (answers: Parameters<typeof fakeCluster>[0]) => {
    const { cluster, asked } = fakeCluster(answers)
    const { proxy } = await new Collector(cluster).collect([target])
    return { proxy, asked }
  }
  const set = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'kube-system' }, ...more })

  it('is part of k3s, which is asked for by its nodes', async () => {
    const { proxy, asked } = await proxyOf({
      ...bare,
      '/version': { gitVersion: 'v1.32.3+k3s1' },
      '/api/v1/nodes': {
        items: [{ metadata: { name: 'n1', annotations: { 'k3s.io/node-args': '["server"]' } } }],
      },
    })
    expect(proxy).toMatchObject({ known: true, value: { kind: 'kube-proxy', mode: 'iptables' } })
    expect(asked).toContain('/api/v1/nodes')
  })

  it('is not there at all, which is no failure to read it', async () => {
    const { proxy, asked } = await proxyOf({ ...bare, '/version': { gitVersion: 'v1.36.3' } })
    expect(proxy).toMatchObject({
      known: false,
      why: { reason: 'not-known', detail: 'kube-system has no DaemonSet of a known one' },
    })
    expect(asked).not.toContain('/api/v1/nodes')
  })

  it.each([
    ['crd.projectcalico.org', '/apis/crd.projectcalico.org/v1/felixconfigurations'],
    ['projectcalico.org', '/apis/projectcalico.org/v3/felixconfigurations'],
  ])('is Calico by its settings in %s', async (group, path) => {
    const { proxy } = await proxyOf({
      ...base,
      '/apis': groups(group),
      [daemonSets]: {
        items: [set('calico-node'), set('kube-proxy', { status: { desiredNumberScheduled: 0 } })],
      },
      [path]: { items: [{ metadata: { name: 'default' }, spec: { bpfEnabled: true } }] },
    })
    expect(proxy).toMatchObject({ known: true, value: { kind: 'calico-ebpf' } })
  })

  it('is Cilium for cluster IPs alone', async () => {
    const image = 'quay.io/cilium/cilium:v1.16.1'
    const { cluster } = fakeCluster({
      ...base,
      [`${services}/web`]: service({ type: 'NodePort', externalTrafficPolicy: 'Cluster' }),
      [daemonSets]: {
        items: [
          set('cilium', { spec: { template: { spec: { containers: [{ image }] } } } }),
          set('kube-proxy'),
        ],
      },
      '/api/v1/namespaces/kube-system/configmaps/cilium-config': {
        data: { 'kube-proxy-replacement': 'false', 'enable-session-affinity': 'false' },
      },
    })
    const { paths, findings } = analyse(await new Collector(cluster).collect([target]), target)
    expect(
      paths.map(({ entry, hops }) => [entry.kind, hops.at(-1)?.mechanism, hops.at(-1)?.policy.kind]),
    ).toEqual([
      ['node-port', 'kube-proxy nftables', 'client-ip'],
      ['cluster-ip', 'Cilium', 'none'],
    ])
    expect(findings.map(({ code }) => code)).toContain('AFF-PROXY-AFFINITY-OFF')
  })

  describe('Cilium in a namespace of its own', () => {
    const everywhere = '/apis/apps/v1/daemonsets'
    const cilium = { ...set('cilium'), metadata: { name: 'cilium', namespace: 'cilium' } }
    const answers = {
      ...base,
      '/apis': groups('cilium.io'),
      [daemonSets]: { items: [set('kube-proxy')] },
      [everywhere]: { items: [cilium] },
      '/api/v1/namespaces/cilium/configmaps/cilium-config': { data: { 'kube-proxy-replacement': 'true' } },
    }

    it('is found by its label, with its settings', async () => {
      const { cluster, asked } = fakeCluster(answers)
      const { proxy } = await new Collector(cluster).collect([target])
      expect(proxy).toMatchObject({
        known: true,
        value: { kind: 'cilium', source: 'configmap cilium/cilium-config', settings: { replaces: 'true' } },
      })
      expect(asked).toContain(`${everywhere}?k8s-app=cilium`)
    })

    it('is not looked for where Cilium has no resources, or its agent is in kube-system', async () => {
      for (const more of [{ '/apis': groups() }, { [daemonSets]: { items: [set('cilium')] } }]) {
        const { cluster, asked } = fakeCluster({ ...answers, ...more })
        await new Collector(cluster).collect([target])
        expect(asked.filter((path) => path.startsWith(everywhere))).toEqual([])
      }
    })
  })
})

describe('what may not be read', () => {
  const paths = Object.entries({
    endpointslices: slices,
    'pods in shop': pods,
    nodes: '/api/v1/nodes',
    'configmap kube-system/kube-proxy': configMap,
    'ingresses.networking.k8s.io': '/apis/networking.k8s.io/v1/namespaces/shop/ingresses',
    'networkpolicies.networking.k8s.io': '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies',
    'horizontalpodautoscalers.autoscaling': '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers',
    'API groups': '/apis',
  })

  it.each(paths)('%s is unknown, and the rest is said', async (what, path) => {
    const { cluster } = fakeCluster({ ...base, [path]: 'forbidden' })
    const { notPossible, paths } = analyse(await new Collector(cluster).collect([target]), target)
    expect(notPossible.map(({ why }) => [why.what, why.reason])).toEqual([[what, 'forbidden']])
    expect(paths).toHaveLength(1)
  })

  it('is fatal for the Service itself', async () => {
    const { cluster } = fakeCluster({ ...base, [`${services}/web`]: 'forbidden' })
    await expect(new Collector(cluster).collect([target])).rejects.toMatchObject({ reason: 'Forbidden' })
  })

  it('a Service that does not exist is named', async () => {
    const { cluster } = fakeCluster({ [`${services}/web`]: 'missing' })
    await expect(new Collector(cluster).collect([target])).rejects.toMatchObject({
      message: 'services "web" not found in namespace "shop"',
    })
  })
})

describe('what a change needs', () => {
  const gone = { [`${services}/web`]: service({ sessionAffinity: 'None' }) }
  const asked = async (...names: string[]): Promise<string[]> => {
    const fake = fakeCluster({ ...base, ...gone, '/apis': groups(...names) })
    const collector = new Collector(fake.cluster)
    collector.begin([target], { wants: toChange })
    await collector.collect([service({ sessionAffinity: 'None' })], { wants: toChange })
    return fake.asked
  }

  it('is the endpoints, the proxy and what stands in front, each asked for once', async () => {
    expect((await asked()).toSorted()).toEqual(
      [
        '/apis',
        '/apis/apps/v1/namespaces/kube-system/daemonsets',
        configMap,
        `${slices}?kubernetes.io/service-name=web`,
        '/apis/networking.k8s.io/v1/namespaces/shop/ingresses',
      ].toSorted(),
    )
  })

  it.each(['networking.istio.io', 'policy.linkerd.io'])(
    'is the pods, too, where a mesh is served: %s',
    async (group) => {
      expect(await asked(group)).toContain(`${pods}?app=web`)
    },
  )

  it('is no pods beside groups that are called alike', async () => {
    expect(await asked('notistio.io')).not.toContain(`${pods}?app=web`)
  })

  it('is all that the findings need which may forbid it, but for events of the past', () => {
    const forbidding = analyzers.filter((one) => one.codes.some((code) => isForbidding(code)))
    const names = forbidding.flatMap(({ needs }) => needs.flatMap((need) => nameOf(need)))
    const others: InputName[] = ['slices', 'listed', 'events']
    // The nodes' cloud is a hint: who refuses may be known without it.
    expect([...new Set([...names, 'cloud'])].toSorted()).toEqual([...toChange.inputs, ...others].toSorted())
  })
})

function isForbidding(code: Code): boolean {
  const { forbids, level } = codeInfo(code)
  return forbids !== undefined || level === 'error'
}

function nameOf(need: Need): InputName[] {
  return (Object.keys(inputs) as InputName[]).filter((name) => inputs[name] === need)
}

describe('several Services', () => {
  const named = (name: string): Service => service({}, { name })

  it('one failure does not stop the others', async () => {
    const { cluster } = fakeCluster({
      ...base,
      [`${services}/gone`]: 'missing',
      [`${services}/locked`]: 'forbidden',
      [`${services}/shop`]: named('shop'),
    })
    const found = await steps(cluster, namedQuery(['web', 'gone', 'locked', 'shop']))
    expect(
      found.map((step) => (step.kind === 'explanation' ? step.explanation.target.name : step.kind)),
    ).toEqual(['web', 'shop', 'failure', 'failure'])
  })

  it('have ready endpoints where a server writes null for the conditions', async () => {
    const own = slice(['10.244.1.4'])
    const endpoints = (own.endpoints ?? []).map((one) => ({ ...one, conditions: null }))
    const { cluster } = fakeCluster({ ...base, [slices]: { items: [{ ...own, endpoints }] } })
    const [step] = await steps(cluster, namedQuery(['web']))
    expect(step).toMatchObject({ explanation: { service: { endpoints: { ready: 1, total: 1 } } } })
  })

  it('of one namespace share one list of slices', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `web-${index}`)
    const { cluster, asked } = fakeCluster({
      ...base,
      ...Object.fromEntries(names.map((name) => [`${services}/${name}`, named(name)])),
    })
    await steps(cluster, namedQuery(names))
    expect(asked.filter((path) => path.startsWith(slices))).toEqual([slices])
  })

  it('of all namespaces are read in lists, each once', async () => {
    const all = Array.from({ length: 600 }, (_, index) =>
      service(
        {},
        { name: index < 3 ? 'web' : `web-${index}`, namespace: `team-${index % 3}`, uid: String(index) },
      ),
    )
    const own = slice(['10.244.1.4', '10.244.2.4'], { metadata: { name: 'web-1', namespace: 'team-1' } })
    const { cluster, asked } = fakeCluster({
      '/apis': groups(),
      '/api/v1/services': { items: all },
      '/apis/discovery.k8s.io/v1/endpointslices': {
        items: [{ ...own, metadata: { ...own.metadata, labels: { 'kubernetes.io/service-name': 'web' } } }],
      },
      [configMap]: kubeProxy,
    })
    const found = await steps(cluster, everywhere)
    expect(found).toHaveLength(600)
    const ready = found.map((step) =>
      step.kind === 'explanation' ? step.explanation.service?.endpoints?.ready : -1,
    )
    expect(ready.slice(0, 4)).toEqual([0, 2, 0, 0])
    expect(new Set(asked).size).toBe(asked.length)
    // The last of them is one node, which tells the cloud.
    expect(asked.length).toBeLessThan(11)
    expect(asked.join()).not.toContain('/pods')
  })

  it('are the same from a list as one by one', async () => {
    const endpoints = ['10.244.1.4', 'fd00::4'].map((address, index) => ({
      ...slice([address], { metadata: { name: `web-${index}`, namespace: 'shop' } }),
      ...(index === 1 ? { addressType: 'IPv6' as const } : {}),
    }))
    for (const one of endpoints)
      one.endpoints = (one.endpoints ?? []).map((endpoint) => ({
        ...endpoint,
        targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
      }))
    const { cluster } = fakeCluster({
      ...base,
      '/api/v1/services': { items: [service()] },
      '/apis/discovery.k8s.io/v1/endpointslices': { items: endpoints },
      [slices]: { items: endpoints },
    })
    const counted = async (query: TargetQuery): Promise<unknown[]> =>
      (await steps(cluster, query)).map(
        (step) => step.kind === 'explanation' && step.explanation.service?.endpoints,
      )
    const one = await counted(namedQuery(['web']))
    expect(one).toEqual([{ ready: 1, total: 1, nodes: 1 }])
    expect(await counted(everywhere)).toEqual(one)
  })

  it('rejects where the list is refused', async () => {
    const { cluster } = fakeCluster({ '/api/v1/services': 'forbidden' })
    await expect(steps(cluster, everywhere)).rejects.toMatchObject({
      reason: 'Forbidden',
    })
  })
})
