import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Kept, Provider } from './provider.ts'

const beta = 'service.beta.kubernetes.io/'

const ociPolicy = 'oci-network-load-balancer.oraclecloud.com/backend-policy'
const oracle = {
  affinity: 'refuses',
  client: 'unknown',
  to: 'nodes',
  gives: 'ip',
  source:
    '[oracle/oci-cloud-controller-manager pkg/cloudprovider/providers/oci/load_balancer_spec.go](https://github.com/oracle/oci-cloud-controller-manager/blob/HEAD/pkg/cloudprovider/providers/oci/load_balancer_spec.go), validateService',
} as const

const exoscaleKey = /^service\.beta\.kubernetes\.io\/exoscale-loadbalancer-/
const exoscale = {
  name: 'Exoscale Network Load Balancer',
  affinity: 'ignores',
  client: 'kept',
  to: 'nodes',
  source:
    '[exoscale/exoscale-cloud-controller-manager docs/service-loadbalancer.md](https://github.com/exoscale/exoscale-cloud-controller-manager/blob/HEAD/docs/service-loadbalancer.md): round robin, or a hash; [Exoscale, NLB](https://www.exoscale.com/blog/network-load-balancer-release): nodes see clients',
} as const

/** Load balancers of clouds beside AWS. */
export const cloudBalancers: readonly Provider[] = [
  {
    name: 'Google Cloud load balancer',
    affinity: 'follows',
    client: 'kept',
    to: 'nodes',
    gives: 'ip',
    signs: {
      class: /^networking\.gke\.io\//,
      annotation: /^((networking|cloud)\.gke\.io|cloud\.google\.com)\//,
      finalizer: /^gke\.networking\.io\//,
      nodes: /^gce:/,
    },
    source:
      '[kubernetes/cloud-provider-gcp providers/gce/gce_loadbalancer_external.go](https://github.com/kubernetes/cloud-provider-gcp/blob/HEAD/providers/gce/gce_loadbalancer_external.go), translateAffinityType: a hash of the addresses, without a time',
  },
  {
    name: 'Azure Load Balancer',
    affinity: 'follows',
    client: 'kept',
    to: 'nodes',
    gives: 'ip',
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/azure-/,
      host: /\.cloudapp\.azure\.com$/,
      nodes: /^azure:/,
    },
    source:
      '[kubernetes-sigs/cloud-provider-azure pkg/provider/azure_loadbalancer.go](https://github.com/kubernetes-sigs/cloud-provider-azure/blob/HEAD/pkg/provider/azure_loadbalancer.go), loadDistribution SourceIP: a hash of the addresses, without a time',
  },
  {
    name: 'OVHcloud Public Cloud Load Balancer',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    gives: 'ip',
    signs: {
      annotation: /^loadbalancer\.ovhcloud\.com\//,
      only: ({ metadata }) =>
        ['octavia', undefined].includes(metadata.annotations?.['loadbalancer.ovhcloud.com/class']),
    },
    source:
      '[OVHcloud, expose your applications](https://support.us.ovhcloud.com/hc/en-us/articles/32583163140755-Expose-your-applications-using-OVHcloud-Public-Cloud-Load-Balancer): Octavia by the controller of OpenStack, see there',
  },
  {
    name: 'OVHcloud load balancer',
    affinity: 'unknown',
    client: 'unknown',
    to: 'nodes',
    signs: {
      annotation: /^(loadbalancer\.ovhcloud\.com\/|service\.beta\.kubernetes\.io\/ovh-)/,
      host: /\.k8s\.ovh\.net$/,
    },
    source: 'not known: the one before Octavia, whose controller is not public',
  },
  {
    name: 'OpenStack Octavia',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    gives: 'ip',
    signs: {
      annotation: /^(loadbalancer\.openstack\.org\/|service\.beta\.kubernetes\.io\/openstack-)/,
      nodes: /^openstack:/,
    },
    source:
      '[kubernetes/cloud-provider-openstack pkg/openstack/loadbalancer.go](https://github.com/kubernetes/cloud-provider-openstack/blob/HEAD/pkg/openstack/loadbalancer.go), session persistence SOURCE_IP',
  },
  {
    name: 'DigitalOcean load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}do-loadbalancer-sticky-sessions-type: cookies (HTTP; it keeps a client on a node, and wants externalTrafficPolicy: Local)`,
    keptBy: ({ metadata }) =>
      metadata.annotations?.[`${beta}do-loadbalancer-sticky-sessions-type`] === 'cookies'
        ? cookie(metadata.annotations[`${beta}do-loadbalancer-sticky-sessions-cookie-name`])
        : undefined,
    signs: {
      annotation: /^(service\.beta\.kubernetes\.io\/do-loadbalancer-|kubernetes\.digitalocean\.com\/)/,
      nodes: /^digitalocean:/,
      only: ({ metadata }) => metadata.annotations?.[`${beta}do-loadbalancer-type`] !== 'REGIONAL_NETWORK',
    },
    source:
      '[digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md](https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/HEAD/docs/controllers/services/annotations.md)',
  },
  {
    name: 'DigitalOcean network load balancer',
    affinity: 'ignores',
    client: 'kept',
    to: 'nodes',
    signs: { annotation: /^service\.beta\.kubernetes\.io\/do-loadbalancer-type$/ },
    source:
      '[digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md](https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/HEAD/docs/controllers/services/annotations.md)',
  },
  {
    name: 'Hetzner load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: 'load-balancer.hetzner.cloud/http-sticky-sessions: "true" (with protocol http or https; it keeps a client on a node)',
    keptBy: ({ metadata: { annotations: said = {} } }) => {
      const isHttp = ['http', 'https'].includes(said['load-balancer.hetzner.cloud/protocol'] ?? '')
      return isHttp && said['load-balancer.hetzner.cloud/http-sticky-sessions'] === 'true'
        ? cookie(said['load-balancer.hetzner.cloud/http-cookie-name'])
        : undefined
    },
    signs: { annotation: /^load-balancer\.hetzner\.cloud\//, nodes: /^hcloud:/ },
    source:
      '[hetznercloud/hcloud-cloud-controller-manager docs/reference/load_balancer_annotations.md](https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/HEAD/docs/reference/load_balancer_annotations.md)',
  },
  {
    name: 'Linode NodeBalancer',
    affinity: 'ignores',
    // Unless told otherwise it keeps a table of clients for TCP and HTTP.
    keeps: 'maybe',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}linode-loadbalancer-port-PORT: {"stickiness":"table"}`,
    keptBy: keptByLinode,
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/linode-loadbalancer-/,
      host: /(\.nodebalancer\.linode\.com|\.ip\.linodeusercontent\.com)$/,
      nodes: /^linode:/,
    },
    source:
      '[Linode cloud controller manager, annotations](https://linode.github.io/linode-cloud-controller-manager/docs/configuration/annotations.html); cloud/linode/loadbalancers_helpers.go, getPortStickiness',
  },
  {
    ...oracle,
    name: 'Oracle Cloud network load balancer',
    own: `${ociPolicy}: TWO_TUPLE`,
    // Hashes of the addresses alone; the default takes the ports as well.
    keptBy: ({ metadata }) =>
      ['TWO_TUPLE', 'THREE_TUPLE'].includes(metadata.annotations?.[ociPolicy] ?? '')
        ? { by: 'address' }
        : undefined,
    signs: {
      annotation: /^oci(-network-load-balancer)?\.oraclecloud\.com\//,
      only: ({ metadata }) => metadata.annotations?.['oci.oraclecloud.com/load-balancer-type'] === 'nlb',
    },
  },
  {
    ...oracle,
    name: 'Oracle Cloud load balancer',
    own: 'oci.oraclecloud.com/loadbalancer-policy: IP_HASH',
    keptBy: ({ metadata }) =>
      metadata.annotations?.['oci.oraclecloud.com/loadbalancer-policy'] === 'IP_HASH'
        ? { by: 'address' }
        : undefined,
    signs: {
      annotation: /^(oci(-network-load-balancer)?\.oraclecloud\.com|service\.beta\.kubernetes\.io\/oci-)/,
      event: /OCI only supports SessionAffinity/,
      nodes: /^(oci:|ocid1\.)/,
    },
  },
  {
    name: 'CloudStack load balancer',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    signs: { annotation: /^service\.beta\.kubernetes\.io\/cloudstack-/, nodes: /^external-cloudstack:/ },
    source:
      '[apache/cloudstack-kubernetes-provider cloudstack_loadbalancer.go](https://github.com/apache/cloudstack-kubernetes-provider/blob/HEAD/cloudstack_loadbalancer.go), algorithm source',
  },
  {
    name: 'Scaleway load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}scw-loadbalancer-sticky-sessions: table`,
    keptBy: ({ metadata: { annotations: said = {} } }) => {
      const kind = said[`${beta}scw-loadbalancer-sticky-sessions`]
      if (kind === 'cookie') return cookie(said[`${beta}scw-loadbalancer-sticky-sessions-cookie-name`])
      return kind === 'table' ? { by: 'address' } : undefined
    },
    signs: { annotation: /^service\.beta\.kubernetes\.io\/scw-loadbalancer-/, nodes: /^scaleway:/ },
    source:
      '[Scaleway, Load Balancer annotations](https://www.scaleway.com/en/docs/containers/kubernetes/api-cli/using-load-balancer-annotations/); scaleway/loadbalancers.go, getStickySessions',
  },
  {
    name: 'Vultr load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}vultr-loadbalancer-sticky-session-enabled: "on", ${beta}vultr-loadbalancer-sticky-session-cookie-name: NAME (HTTP; it keeps a client on a node)`,
    keptBy: ({ metadata: { annotations: said = {} } }) => {
      const of = (key: string): string => said[`${beta}vultr-loadbalancer-${key}`] ?? ''
      const name = of('sticky-session-cookie-name')
      const isHttp = ['http', 'https'].includes(of('protocol')) || of('https-ports') !== ''
      return isHttp && name !== '' && of('sticky-session-enabled') === 'on' ? cookie(name) : undefined
    },
    signs: { annotation: /^service\.beta\.kubernetes\.io\/vultr-loadbalancer-/, nodes: /^vultr:/ },
    source:
      '[vultr/vultr-cloud-controller-manager vultr/loadbalancers.go](https://github.com/vultr/vultr-cloud-controller-manager/blob/HEAD/vultr/loadbalancers.go), buildStickySession: a cookie, whose name it wants; docs/load-balancers.md',
  },
  {
    name: 'Civo load balancer',
    affinity: 'ignores',
    client: 'unknown',
    to: 'nodes',
    signs: {
      annotation: /^kubernetes\.civo\.com\//,
      host: /\.lb\.civo\.com$/,
      nodes: /^civo:/,
    },
    source:
      '[civo/civo-cloud-controller-manager cloud-controller-manager/civo/loadbalancer.go](https://github.com/civo/civo-cloud-controller-manager/blob/HEAD/cloud-controller-manager/civo/loadbalancer.go)',
  },
  {
    ...exoscale,
    // Its pages contradict each other: a hash of the address, or of address, port and protocol.
    keeps: 'maybe',
    signs: {
      annotation: exoscaleKey,
      only: ({ metadata }) =>
        metadata.annotations?.[`${beta}exoscale-loadbalancer-service-strategy`] === 'source-hash',
    },
  },
  { ...exoscale, signs: { annotation: exoscaleKey, nodes: /^exoscale:/ } },
  {
    name: 'Alibaba Cloud load balancer',
    affinity: 'unknown',
    client: 'unknown',
    to: 'unknown',
    own: `${beta}alibaba-cloud-loadbalancer-persistence-timeout: "1800" (TCP and UDP)`,
    keptBy: ({ metadata: { annotations: said = {} } }) => {
      const of = (key: string): string | undefined =>
        said[`${beta}alibaba-cloud-loadbalancer-${key}`] ?? said[`${beta}alicloud-loadbalancer-${key}`]
      if (of('sticky-session') === 'on') return cookie(of('cookie'))
      return Number(of('persistence-timeout') ?? 0) > 0 ? { by: 'address' } : undefined
    },
    signs: { annotation: /^service\.beta\.kubernetes\.io\/(alibaba-cloud|alicloud)-loadbalancer-/ },
    source:
      '[kubernetes/cloud-provider-alibaba-cloud docs/usage.md](https://github.com/kubernetes/cloud-provider-alibaba-cloud/blob/HEAD/docs/usage.md)',
  },
  {
    name: 'Huawei Cloud Elastic Load Balance',
    affinity: 'unknown',
    client: 'unknown',
    to: 'unknown',
    own: 'kubernetes.io/elb.session-affinity-mode: SOURCE_IP',
    keptBy: ({ metadata }) => {
      const mode = metadata.annotations?.['kubernetes.io/elb.session-affinity-mode']
      if (mode === 'SOURCE_IP') return { by: 'address' }
      return mode === undefined ? undefined : { by: 'cookie' }
    },
    signs: { annotation: /^kubernetes\.io\/elb\./ },
    source:
      '[Huawei Cloud, annotations of Services](https://support.huaweicloud.com/intl/en-us/usermanual-cce/cce_10_0385.html)',
  },
  {
    name: 'Yandex Network Load Balancer',
    affinity: 'unknown',
    client: 'unknown',
    to: 'nodes',
    signs: { annotation: /^yandex\.cloud\//, nodes: /^yandex:/ },
    source: 'not known: its controller is not public',
  },
]

/** One of this name, or one that the load balancer makes up. */
export function cookie(name: string | undefined): Kept {
  return name === undefined || name === '' ? { by: 'cookie' } : { by: 'cookie', name }
}

/** What the annotation of each port, a text of JSON, and that of all ports say; where they differ, or none speaks, nobody is kept for sure. */
function keptByLinode({ metadata: { annotations = {} }, spec }: Service): Kept | undefined {
  const all = annotations[`${beta}linode-loadbalancer-default-stickiness`]
  const kinds = (spec.ports ?? []).map(({ port }) => {
    const text = annotations[`${beta}linode-loadbalancer-port-${port}`] ?? ''
    return (/"stickiness"\s*:\s*"([a-z_]+)"/i.exec(text)?.[1] ?? all)?.toLowerCase()
  })
  if (kinds.every((kind) => kind === 'table' || kind === 'source_ip') && kinds.length > 0)
    return { by: 'address' }
  return kinds.length > 0 && kinds.every((kind) => kind === 'http_cookie') ? { by: 'cookie' } : undefined
}
