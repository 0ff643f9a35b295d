import { version } from '../api/discovery.ts'
import type { ProxyMode } from '../choices.ts'
import { mostPodsOfNode } from '../controllers/scheduler.ts'
import type { AddressPlan } from '../network/address-plan.ts'
import { now, types } from './resource.ts'
import type { ObjectStore } from './store.ts'

/** What a cluster has before anybody puts something in: namespaces, nodes, and how its proxies can be recognised. */
export function makeCluster(store: ObjectStore, plan: AddressPlan, nodes: number, mode: ProxyMode): void {
  for (const name of ['default', 'kube-public', 'kube-system']) {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } }
    store.create(types.namespaces, {
      metadata,
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  }
  for (let index = 1; index <= nodes; index += 1) store.create(types.nodes, node(plan, index))
  store.create(types.servicecidrs, { metadata: { name: 'kubernetes' }, spec: { cidrs: plan.serviceCidrs } })
  makeProxy(store, mode)
}

/** Every image is there when it is asked for; this one is known to be, so that nobody thinks of pulling one. */
const images = [{ names: ['docker.io/library/node:24-alpine'], sizeBytes: 160_000_000 }]

function node(plan: AddressPlan, index: number): object {
  const name = `node${index}`
  const time = now()
  const capacity = { cpu: '4', memory: '8Gi', pods: String(mostPodsOfNode) }
  return {
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    spec: { podCIDR: plan.podCidrs(index)[0], podCIDRs: plan.podCidrs(index) },
    status: {
      addresses: [
        { type: 'InternalIP', address: plan.node(index) },
        { type: 'InternalIP', address: plan.inFamily(plan.node(index), 'IPv6') },
        { type: 'Hostname', address: name },
      ],
      capacity,
      allocatable: capacity,
      images,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'a simulation',
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
      nodeInfo: {
        kubeletVersion: version.gitVersion,
        osImage: 'kubectl affinity sandbox',
        operatingSystem: 'linux',
        architecture: 'amd64',
        containerRuntimeVersion: 'sandbox://1',
        kernelVersion: 'none',
        kubeProxyVersion: '',
        machineID: '',
        systemUUID: '',
        bootID: '',
      },
    },
  }
}

/** The objects by which each proxy is known in the field. Nothing runs behind them: the proxies are part of the sandbox. */
function makeProxy(store: ObjectStore, mode: ProxyMode): void {
  const namespace = 'kube-system'
  const daemonSet = (name: string, labels: Record<string, string>, args: readonly string[] = []): void => {
    const containers = [{ name, image: `sandbox/${name}`, args }]
    const template = { metadata: { labels }, spec: { containers } }
    store.create(types.daemonsets, {
      metadata: { name, namespace, labels },
      spec: { selector: { matchLabels: labels }, template },
      status: {},
    })
  }
  if (mode === 'cilium') {
    store.create(types.configmaps, {
      metadata: { name: 'cilium-config', namespace },
      data: { 'kube-proxy-replacement': 'true' },
    })
    daemonSet('cilium', { 'k8s-app': 'cilium' })
  } else if (mode === 'antrea') {
    store.create(types.configmaps, {
      metadata: { name: 'antrea-config', namespace, labels: { app: 'antrea' } },
      data: { 'antrea-agent.conf': 'antreaProxy:\n  enable: true\n  proxyAll: true\n' },
    })
    daemonSet('antrea-agent', { app: 'antrea', component: 'antrea-agent' })
  } else if (mode === 'ovn') {
    daemonSet('ovnkube-node', { app: 'ovnkube-node' })
  } else if (mode === 'kube-router') {
    daemonSet('kube-router', { 'k8s-app': 'kube-router' }, ['--run-service-proxy=true'])
  } else {
    const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`
    store.create(types.configmaps, {
      metadata: { name: 'kube-proxy', namespace, labels: { app: 'kube-proxy' } },
      data: { 'config.conf': config },
    })
    daemonSet('kube-proxy', { 'k8s-app': 'kube-proxy' })
  }
}
