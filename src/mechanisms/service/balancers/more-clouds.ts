import { cookie } from './clouds.ts'
import type { Provider } from './provider.ts'

const beta = 'service.beta.kubernetes.io/'
const unseen = { client: 'unknown', to: 'nodes' } as const

/** Load balancers of further clouds. */
export const moreClouds: readonly Provider[] = [
  {
    name: 'Outscale load balancer',
    affinity: 'refuses',
    ...unseen,
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/osc-load-balancer-/,
      host: /\.lbu\.outscale\.com$/,
      event: /unsupported SessionAffinity "ClientIP"/,
    },
    source:
      '[outscale/cloud-provider-osc ccm/cloud/loadbalancer_model.go](https://github.com/outscale/cloud-provider-osc/blob/HEAD/ccm/cloud/loadbalancer_model.go), NewLoadBalancer',
  },
  {
    name: 'Brightbox load balancer',
    affinity: 'refuses',
    ...unseen,
    own: `${beta}brightbox-load-balancer-policy: source-address`,
    keptBy: ({ metadata }) =>
      metadata.annotations?.[`${beta}brightbox-load-balancer-policy`] === 'source-address'
        ? { by: 'address' }
        : undefined,
    signs: { annotation: /^service\.beta\.kubernetes\.io\/brightbox-load-balancer-/ },
    source:
      '[brightbox/brightbox-cloud-controller-manager brightbox/validation.go](https://github.com/brightbox/brightbox-cloud-controller-manager/blob/HEAD/brightbox/validation.go), validateServiceSpec',
  },
  {
    name: 'UpCloud load balancer',
    affinity: 'ignores',
    client: 'hidden',
    to: 'nodes',
    own: `${beta}upcloud-load-balancer-config: '{"backends":[{"name":"PORT","properties":{"sticky_session_cookie_name":"NAME"}}]}' (HTTP; it keeps a client on a node)`,
    keptBy: ({ metadata }) => {
      const config = metadata.annotations?.[`${beta}upcloud-load-balancer-config`] ?? ''
      const [, name] = /"sticky_session_cookie_name"\s*:\s*"([^"]+)"/.exec(config) ?? []
      return name === undefined ? undefined : cookie(name)
    },
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/upcloud-load-balancer-/,
      host: /\.upcloudlb\.com$/,
      nodes: /^upcloud:/,
    },
    source:
      '[UpCloudLtd/upcloud-cloud-controller-manager internal/loadbalancer](https://github.com/UpCloudLtd/upcloud-cloud-controller-manager/tree/HEAD/internal/loadbalancer), utils.go: a proxy for HTTP or TCP',
  },
  {
    name: 'cloudscale.ch load balancer',
    affinity: 'ignores',
    ...unseen,
    own: 'k8s.cloudscale.ch/loadbalancer-pool-algorithm: source_ip',
    keptBy: ({ metadata }) =>
      metadata.annotations?.['k8s.cloudscale.ch/loadbalancer-pool-algorithm'] === 'source_ip'
        ? { by: 'address' }
        : undefined,
    signs: { annotation: /^k8s\.cloudscale\.ch\/loadbalancer-/, nodes: /^cloudscale:/ },
    source:
      '[cloudscale-ch/cloudscale-cloud-controller-manager pkg/cloudscale_ccm/loadbalancer.go](https://github.com/cloudscale-ch/cloudscale-cloud-controller-manager/blob/HEAD/pkg/cloudscale_ccm/loadbalancer.go): round robin unless its algorithm is another',
  },
  {
    name: 'STACKIT load balancer',
    affinity: 'ignores',
    ...unseen,
    own: 'lb.stackit.cloud/session-persistence-with-source-ip: "true"',
    keptBy: ({ metadata }) =>
      ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(
        metadata.annotations?.['lb.stackit.cloud/session-persistence-with-source-ip'] ?? '',
      )
        ? { by: 'address' }
        : undefined,
    signs: { annotation: /^(lb|yawol)\.stackit\.cloud\// },
    source:
      '[stackitcloud/cloud-provider-stackit pkg/ccm/loadbalancer_spec.go](https://github.com/stackitcloud/cloud-provider-stackit/blob/HEAD/pkg/ccm/loadbalancer_spec.go), lbSpecFromService',
  },
  {
    name: 'IBM Cloud load balancer',
    affinity: 'unknown',
    ...unseen,
    own: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ipvs-scheduler: sh (version 2.0)',
    keptBy: ({ metadata }) =>
      metadata.annotations?.['service.kubernetes.io/ibm-load-balancer-cloud-provider-ipvs-scheduler'] === 'sh'
        ? { by: 'address' }
        : undefined,
    signs: {
      annotation: /^service\.kubernetes\.io\/ibm-(load-balancer-cloud-provider|ingress-controller)-/,
      nodes: /^ibm:/,
    },
    source:
      '[IBM-Cloud/cloud-provider-ibm docs/resources/service/annotations.md](https://github.com/IBM-Cloud/cloud-provider-ibm/blob/HEAD/docs/resources/service/annotations.md)',
  },
  {
    name: 'Tencent Cloud load balancer (tencentcloud-cloud-controller-manager)',
    affinity: 'refuses',
    ...unseen,
    signs: {
      annotation: /^service\.beta\.kubernetes\.io\/tencentcloud-loadbalancer-/,
      event: /SessionAffinity is not supported currently/,
    },
    source:
      '[TencentCloud/tencentcloud-cloud-controller-manager tencentcloud/loadbalancer.go](https://github.com/TencentCloud/tencentcloud-cloud-controller-manager/blob/HEAD/tencentcloud/loadbalancer.go), EnsureLoadBalancer',
  },
  {
    name: 'Tencent Cloud load balancer',
    affinity: 'unknown',
    client: 'unknown',
    to: 'unknown',
    signs: {
      annotation:
        /^(service\.cloud\.tencent\.com|service\.kubernetes\.io\/(tke|qcloud|loadbalance|local-svc))/,
    },
    source: 'not known: the controller of its TKE is not public',
  },
]
