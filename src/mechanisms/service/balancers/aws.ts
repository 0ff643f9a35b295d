import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Provider } from './provider.ts'

const beta = 'service.beta.kubernetes.io/'
const awsType = `${beta}aws-load-balancer-type`
const awsPrefix = /^service\.beta\.kubernetes\.io\/aws-load-balancer-/

const typeOf = ({ metadata }: Service): string | undefined => metadata.annotations?.[awsType]
const isForLbc = (service: Service): boolean => ['external', 'nlb-ip'].includes(typeOf(service) ?? '')
const isToPods = ({ metadata: { annotations = {} } }: Service): boolean =>
  annotations[awsType] === 'nlb-ip' || annotations[`${beta}aws-load-balancer-nlb-target-type`] === 'ip'

const attributesOf = ({ metadata }: Service): string =>
  metadata.annotations?.[`${beta}aws-load-balancer-target-group-attributes`] ?? ''
/** Nodes see the load balancer instead of the client; for UDP it cannot be switched off. */
const isHiding = (service: Service): boolean =>
  /(^|,)\s*preserve_client_ip\.enabled\s*=\s*false\s*(,|$)/.test(attributesOf(service)) &&
  (service.spec.ports ?? []).every(({ protocol }) => protocol !== 'UDP')

const lbc = {
  affinity: 'ignores',
  client: 'kept',
  own: `${beta}aws-load-balancer-target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip`,
  keptBy: (service: Service) => {
    const isOn = /(^|,)\s*stickiness\.enabled\s*=\s*true\s*(,|$)/.test(attributesOf(service))
    return isOn ? ({ by: 'address' } as const) : undefined
  },
  gives: 'host',
  source:
    '[AWS Load Balancer Controller, Service annotations](https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/)',
} as const

/** What AWS's own cloud controller, which serves what the AWS Load Balancer Controller does not, has in common. */
const inTree = {
  affinity: 'refuses',
  to: 'nodes',
  // webhooks/core/service_mutator.go of aws-load-balancer-controller.
  unless: 'the AWS Load Balancer Controller is there, which from 2.5 on gives its class to each new Service',
  own: `${awsType}: external, ${beta}aws-load-balancer-target-group-attributes: stickiness.enabled=true,stickiness.type=source_ip (a new Service, for the AWS Load Balancer Controller)`,
  gives: 'host',
  source:
    '[kubernetes/cloud-provider-aws pkg/providers/v1/aws.go](https://github.com/kubernetes/cloud-provider-aws/blob/HEAD/pkg/providers/v1/aws.go), EnsureLoadBalancer',
} as const

/** Load balancers of AWS by who makes them; its own cloud controller comes last. */
export const awsBalancers: readonly Provider[] = [
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
    name: 'AWS Network Load Balancer without client addresses',
    to: 'nodes',
    client: 'hidden',
    signs: {
      class: /^service\.k8s\.aws\/nlb$/,
      annotation: awsPrefix,
      finalizer: /^service\.k8s\.aws\/resources$/,
      only: (service) =>
        isHiding(service) &&
        (isForLbc(service) ||
          service.spec.loadBalancerClass !== undefined ||
          (service.metadata.finalizers ?? []).includes('service.k8s.aws/resources')),
    },
    source:
      '[Elastic Load Balancing, client IP preservation](https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html): `preserve_client_ip.enabled=false`',
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
]
