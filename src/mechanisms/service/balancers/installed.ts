import type { Provider } from './provider.ts'

/** An address that nodes answer for: one of them, or all to routers that pick by rules of their own. */
const announced = { affinity: 'ignores', keeps: 'maybe', client: 'kept', to: 'nodes' } as const

/** Load balancers that somebody installs in a cluster: whoever is recognised by what a controller writes comes first. */
export const installedBalancers: readonly Provider[] = [
  {
    name: 'MetalLB',
    ...announced,
    signs: { class: /^metallb(\.|$)/, annotation: /^metallb\.(io|universe\.tf)\// },
    source:
      '[MetalLB, usage](https://metallb.universe.tf/usage/): on layer 2 one node takes all connections, with BGP the routers pick',
  },
  {
    name: 'kube-vip',
    ...announced,
    signs: { class: /^kube-vip\.io\//, annotation: /^kube-vip\.io\// },
    source:
      '[kube-vip/website content/docs/modes/arp.md](https://github.com/kube-vip/website/blob/HEAD/content/docs/modes/arp.md), bgp.md: with ARP one node takes all connections, with BGP the routers pick',
  },
  {
    name: 'Cilium LB IPAM',
    ...announced,
    signs: {
      class: /^io\.cilium\/(bgp-control-plane|l2-announcer|node)$/,
      annotation: /^(lbipam\.cilium\.io|io\.cilium)\//,
      condition: /^cilium\.io\//,
    },
    source:
      '[Cilium, LB IPAM](https://docs.cilium.io/en/stable/network/lb-ipam/), [L2 announcements](https://docs.cilium.io/en/latest/network/l2-announcements/): one node answers, with BGP the routers pick',
  },
  {
    name: 'PureLB',
    ...announced,
    signs: { class: /^purelb\.io\//, annotation: /^purelb\.io\// },
    source:
      '[purelb/purelb website/content/docs/overview/address-types](https://github.com/purelb/purelb/blob/HEAD/website/content/docs/overview/address-types/_index.md): a local address is on one node, for a remote one the routers pick',
  },
  {
    name: 'OpenELB',
    ...announced,
    signs: {
      annotation: /^(lb|(protocol|eip)\.(openelb|porter))\.kubesphere\.io\//,
    },
    source:
      '[openelb/openelb doc/layer-2-mode.md](https://github.com/openelb/openelb/blob/HEAD/doc/layer-2-mode.md): on layer 2 one node takes all connections, with BGP the routers pick',
  },
  {
    name: 'k3s ServiceLB',
    affinity: 'ignores',
    keeps: 'maybe',
    client: 'hidden',
    to: 'nodes',
    signs: { annotation: /^svccontroller\.k3s\.cattle\.io\//, nodes: /^k3s:/, isOneOfMany: true },
    source:
      '[k3s-io/klipper-lb entry](https://github.com/k3s-io/klipper-lb/blob/HEAD/entry), [k3s-io/k3s pkg/cloudprovider/servicelb.go](https://github.com/k3s-io/k3s/blob/HEAD/pkg/cloudprovider/servicelb.go): every node has the port, and clients pick a node by its address; a pod there goes on with its own address, to the cluster IP or, with externalTrafficPolicy Local, to the node port',
  },
  {
    name: 'KubeLB',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    ownTime: true,
    signs: { class: /^kubelb(\.|$)/ },
    source: 'kubermatic/kubelb pull request 435 (without a link: not looked up again)',
  },
  {
    name: 'LoxiLB',
    affinity: 'unknown',
    // It keeps the address, takes its own or that of the Service, as `loxilb.io/lbmode` says.
    client: 'unknown',
    to: 'unknown',
    own: 'loxilb.io/epselect: persist',
    keptBy: ({ metadata }) =>
      metadata.annotations?.['loxilb.io/epselect'] === 'persist' ? { by: 'address' } : undefined,
    signs: { class: /^loxilb\.io\//, annotation: /^loxilb\.io\// },
    source:
      '[LoxiLB, kube-loxilb](https://docs.loxilb.io/latest/kube-loxilb): loxilb.io/epselect, --setLBMode',
  },
  {
    name: 'Tailscale proxy',
    affinity: 'ignores',
    client: 'hidden',
    to: 'cluster-ip',
    signs: { class: /^tailscale$/, condition: /^TailscaleProxyReady$/ },
    source:
      '[tailscale/tailscale cmd/containerboot/forwarding.go](https://github.com/tailscale/tailscale/blob/HEAD/cmd/containerboot/forwarding.go), issue 11024: a pod of its operator forwards to the cluster IP, with its own address',
  },
  {
    name: 'cloud-provider-kind',
    affinity: 'follows',
    client: 'hidden',
    to: 'nodes',
    signs: { nodes: /^kind:/, isOneOfMany: true },
    source:
      '[kubernetes-sigs/cloud-provider-kind pkg/loadbalancer/proxy.go](https://github.com/kubernetes-sigs/cloud-provider-kind/blob/HEAD/pkg/loadbalancer/proxy.go): an Envoy, RING_HASH by source_ip with ClientIP',
  },
]
