import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusterDomain, dnsService, type NodeAddresses, type Pair } from './addresses.ts'
import { makeDaemonCgroup, makeNodeCgroups, nodeCgroup2, nodeCgroupRoot } from '../machine/cgroups.ts'
import { componentKubeconfigPath } from '../kubernetes/credentials.ts'
import { images } from '../images/list.ts'
import { inNetns } from './network.ts'
import { cacheDir, nodeInit, stateDir, statePath } from '../paths.ts'
import { pkiPath } from '../kubernetes/pki.ts'
import { startDaemon, type Daemon } from '../machine/process.ts'
import { hasCilium, type Parts, type ServiceProxy } from '../kubernetes/state.ts'

export interface NodeSettings {
  addresses: NodeAddresses
  parts: Parts
  logMaxSize: string
  proxy: ServiceProxy
}

/** Paths inside the folder of a node; its log/ is the node's /var/log and its lib/ the node's /var/lib. */
const nodePath = (name: string, ...parts: string[]): string => statePath('nodes', name, ...parts)

/** containerd's configuration. */
const containerdConfig = (bins: readonly string[], cniFolder: string): string => `version = 3

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${images.pause}"

[plugins."io.containerd.cri.v1.runtime"]
  disable_apparmor = true
  # Machines without CAP_SYS_RESOURCE may not lower a process's score, and then no pod would start.
  restrict_oom_score_adj = true
  # Otherwise the namespaces of pods would stay in the host's /run/netns.
  netns_mounts_under_state_dir = true
  # Nobody asks; by default every container is measured every second.
  stats_collect_period = "24h"
  stats_retention_period = "48h"

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = [${bins.map((bin) => JSON.stringify(bin)).join(', ')}]
  conf_dir = "${cniFolder}"

[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
`

const cniConfig = (podNetworks: Pair): object => ({
  cniVersion: '1.0.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      // A pod may be its own Service's backend.
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: podNetworks.map((subnet) => [{ subnet }]),
        routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

const ciliumCniConfig = {
  cniVersion: '0.3.1',
  name: 'cilium',
  plugins: [{ type: 'cilium-cni', 'enable-debug': false, 'log-file': '/run/cilium/cilium-cni.log' }],
}

const kubeletConfig = (name: string, logMaxSize: string): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: pkiPath('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  cgroupDriver: 'cgroupfs',
  cgroupRoot: nodeCgroupRoot(name),
  failCgroupV1: false,
  failSwapOn: false,
  enforceNodeAllocatable: [],
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  volumePluginDir: '/var/lib/kubelet/volume-plugins',
  clusterDNS: [dnsService],
  clusterDomain,
  resolvConf: nodePath(name, 'resolv.conf'),
  // The nodes share the machine's disk and memory: how full it is says nothing about them.
  evictionHard: { 'memory.available': '50Mi' },
  imageGCHighThresholdPercent: 100,
  containerLogMaxSize: logMaxSize,
  containerLogMonitorInterval: '3s',
})

/** Starts a node whose network is there already; its kubelet registers it as soon as the API server answers. */
export function startNode({ addresses, parts, logMaxSize, proxy }: NodeSettings): Daemon {
  const { name } = addresses
  const { kubernetes, runtime, cilium } = parts.programs
  const folder = nodePath(name)
  for (const part of ['cni', 'log', 'lib']) mkdirSync(nodePath(name, part), { recursive: true })
  const write = (file: string, content: string | object): void =>
    writeFileSync(nodePath(name, file), typeof content === 'string' ? content : JSON.stringify(content))
  write(
    'containerd.toml',
    containerdConfig([runtime, ...(cilium === undefined ? [] : [cilium])], nodePath(name, 'cni')),
  )
  if (hasCilium(proxy)) write('cni/05-cilium.conflist', ciliumCniConfig)
  else write('cni/10-lab.conflist', cniConfig(addresses.podNetworks))
  write('kubelet.yaml', kubeletConfig(name, logMaxSize))
  // Nothing outside of the lab has a name in it.
  write('resolv.conf', 'options ndots:1\n')
  write('addresses', addresses.addresses.join(','))
  copyFileSync(componentKubeconfigPath(`system:node:${name}`), nodePath(name, 'kubeconfig'))
  makeNodeCgroups(name)
  return startDaemon({
    command: inNetns(
      addresses.netns,
      'unshare',
      '--mount',
      '--uts',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '/bin/sh',
      nodeInit,
      name,
      folder,
      stateDir(),
      cacheDir(),
      hasCilium(proxy) ? nodeCgroup2(name) : '',
      `${runtime}:${kubernetes}`,
      ...parts.images,
    ),
    log: nodePath(name, 'log', 'node.log'),
    cgroup: makeDaemonCgroup(join(name, 'daemons')),
  })
}
