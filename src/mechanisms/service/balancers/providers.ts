import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Provider } from './provider.ts'

const beta = 'service.beta.kubernetes.io/'
const awsType = `${beta}aws-load-balancer-type`
const awsPrefix = /^service\.beta\.kubernetes\.io\/aws-load-balancer-/

const typeOf = ({ metadata }: Service): string | undefined => metadata.annotations?.[awsType]
const isForLbc = (service: Service): boolean => ['external', 'nlb-ip'].includes(typeOf(service) ?? '')
const isToPods = ({ metadata: { annotations = {} } }: Service): boolean =>
  annotations[awsType] === 'nlb-ip' || annotations[`${beta}aws-load-balancer-nlb-target-type`] === 'ip'

const lbc = {
  affinity: 'ignores',
  client: 'kept',
  own: `${beta}aws-load-balancer-target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip`,
  gives: 'host',
  source: 'kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md',
} as const

/** What AWS's own cloud controller, which serves what the AWS Load Balancer Controller does not, has in common. */
const inTree = {
  affinity: 'refuses',
  to: 'nodes',
  own: `${awsType}: external, ${beta}aws-load-balancer-target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip (a new Service, for the AWS Load Balancer Controller)`,
  gives: 'host',
  source: 'kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, EnsureLoadBalancer',
} as const

/**
 * Load balancers of Services by who makes them. The order counts: what a controller writes on Services that it serves
 * comes before what people write, and nodes come last.
 */
export const providers: readonly Provider[] = [
  {
    name: 'MetalLB',
    affinity: 'ignores',
    keeps: 'maybe',
    client: 'kept',
    to: 'nodes',
    signs: { class: /^metallb(\.|$)/, annotation: /^metallb\.(io|universe\.tf)\// },
    source:
      'metallb/metallb website/content/usage: on layer 2 one node takes all connections, with BGP the routers pick',
  },
  {
    name: 'kube-vip',
    affinity: 'ignores',
    keeps: 'maybe',
    client: 'kept',
    to: 'nodes',
    signs: { class: /^kube-vip\.io\//, annotation: /^kube-vip\.io\// },
    source:
      'kube-vip/website content/docs/modes/arp.md, bgp.md: with ARP one node takes all connections, with BGP the routers pick',
  },
  {
    name: 'Cilium LB IPAM',
    affinity: 'ignores',
    keeps: 'maybe',
    client: 'kept',
    to: 'nodes',
    signs: {
      class: /^io\.cilium\/(bgp-control-plane|l2-announcer|node)$/,
      annotation: /^(lbipam\.cilium\.io|io\.cilium)\//,
      condition: /^cilium\.io\//,
    },
    source:
      'cilium/cilium Documentation/network/lb-ipam.rst, l2-announcements.rst: one node answers, with BGP the routers pick',
  },
  {
    name: 'k3s ServiceLB',
    affinity: 'ignores',
    keeps: 'maybe',
    client: 'unknown',
    to: 'nodes',
    signs: { annotation: /^svccontroller\.k3s\.cattle\.io\// },
    source: 'k3s-io/klipper-lb entry: every node has the port, and clients pick a node by its address',
  },
  {
    name: 'KubeLB',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    ownTime: true,
    signs: { class: /^kubelb(\.|$)/ },
    source: 'kubermatic/kubelb pull request 435',
  },
  {
    ...lbc,
    name: 'AWS Network Load Balancer (EKS Auto Mode)',
    to: 'unknown',
    signs: { class: /^eks\.amazonaws\.com\/nlb$/, finalizer: /^service\.eks\.amazonaws\.com\// },
  },
  {
    ...lbc,
    name: 'AWS Network Load Balancer',
    to: 'pods',
    signs: {
      class: /^service\.k8s\.aws\/nlb$/,
      annotation: awsPrefix,
      finalizer: /^service\.k8s\.aws\/resources$/,
      only: (service) =>
        isToPods(service) && (isForLbc(service) || service.spec.loadBalancerClass !== undefined),
    },
  },
  {
    ...lbc,
    name: 'AWS Network Load Balancer',
    to: 'nodes',
    signs: {
      class: /^service\.k8s\.aws\/nlb$/,
      finalizer: /^service\.k8s\.aws\/resources$/,
    },
  },
  {
    ...lbc,
    name: 'AWS Network Load Balancer',
    to: 'nodes',
    signs: { annotation: awsPrefix, only: isForLbc },
  },
  {
    ...inTree,
    name: 'AWS Network Load Balancer',
    client: 'kept',
    signs: { annotation: awsPrefix, only: (service) => typeOf(service) === 'nlb' },
  },
  {
    ...inTree,
    name: 'AWS load balancer',
    // A classic one is a proxy; what the Service was made with need not be in its annotations.
    client: 'unknown',
    signs: {
      annotation: awsPrefix,
      host: /\.elb(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/,
      nodes: /^aws:/,
    },
  },
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
      'kubernetes/cloud-provider-gcp providers/gce/gce_loadbalancer_external.go, translateAffinityType: a hash of the addresses, without a time',
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
      'kubernetes-sigs/cloud-provider-azure pkg/provider/azure_loadbalancer.go, loadDistribution SourceIP: a hash of the addresses, without a time',
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
      'ovh/docs pages/public_cloud/containers_orchestration/managed_kubernetes/expose_your_applications_using_a_load_balancer: Octavia by the controller of OpenStack, see there',
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
      'kubernetes/cloud-provider-openstack pkg/openstack/loadbalancer.go, session persistence SOURCE_IP',
  },
  {
    name: 'DigitalOcean load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}do-loadbalancer-sticky-sessions-type: cookies (HTTP; it keeps a client on a node, and wants externalTrafficPolicy: Local)`,
    signs: {
      annotation: /^(service\.beta\.kubernetes\.io\/do-loadbalancer-|kubernetes\.digitalocean\.com\/)/,
      nodes: /^digitalocean:/,
      only: ({ metadata }) => metadata.annotations?.[`${beta}do-loadbalancer-type`] !== 'REGIONAL_NETWORK',
    },
    source: 'digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md',
  },
  {
    name: 'DigitalOcean network load balancer',
    affinity: 'ignores',
    client: 'kept',
    to: 'nodes',
    signs: { annotation: /^service\.beta\.kubernetes\.io\/do-loadbalancer-type$/ },
    source: 'digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md',
  },
  {
    name: 'Hetzner load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: 'load-balancer.hetzner.cloud/http-sticky-sessions: "true" (with protocol http or https; it keeps a client on a node)',
    signs: { annotation: /^load-balancer\.hetzner\.cloud\//, nodes: /^hcloud:/ },
    source: 'hetznercloud/hcloud-cloud-controller-manager docs/reference/load_balancer_annotations.md',
  },
  {
    name: 'Linode NodeBalancer',
    affinity: 'ignores',
    // Unless told otherwise it keeps a table of clients for TCP and HTTP.
    keeps: 'maybe',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}linode-loadbalancer-port-PORT: {"stickiness":"table"}`,
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/linode-loadbalancer-/,
      host: /(\.nodebalancer\.linode\.com|\.ip\.linodeusercontent\.com)$/,
      nodes: /^linode:/,
    },
    source: 'linode/linode-cloud-controller-manager cloud/linode/loadbalancers.go, getDefaultStickiness',
  },
  {
    name: 'Oracle Cloud load balancer',
    affinity: 'refuses',
    client: 'unknown',
    to: 'nodes',
    gives: 'ip',
    signs: {
      annotation: /^(oci(-network-load-balancer)?\.oraclecloud\.com|service\.beta\.kubernetes\.io\/oci-)/,
      event: /OCI only supports SessionAffinity/,
      nodes: /^(oci:|ocid1\.)/,
    },
    source:
      'oracle/oci-cloud-controller-manager pkg/cloudprovider/providers/oci/load_balancer_spec.go, validateService',
  },
  {
    name: 'CloudStack load balancer',
    affinity: 'follows',
    client: 'unknown',
    to: 'nodes',
    signs: { annotation: /^service\.beta\.kubernetes\.io\/cloudstack-/, nodes: /^external-cloudstack:/ },
    source: 'apache/cloudstack-kubernetes-provider cloudstack_loadbalancer.go, algorithm source',
  },
  {
    name: 'Scaleway load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}scw-loadbalancer-sticky-sessions: table`,
    signs: { annotation: /^service\.beta\.kubernetes\.io\/scw-loadbalancer-/, nodes: /^scaleway:/ },
    source:
      'scaleway/scaleway-cloud-controller-manager scaleway/loadbalancers.go, getStickySessions; docs/loadbalancer-annotations.md',
  },
]
