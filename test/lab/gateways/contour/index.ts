import { join } from 'node:path'
import { loadBalancerAddress } from '../../nodes/addresses.ts'
import type { Image } from '../../images/archive.ts'
import { copy, users } from '../../images/files.ts'
import { kubectl } from '../../kubernetes/kubectl.ts'
import { gatewayDir } from '../../paths.ts'
import { builtPrograms, moduleFile, moduleVersion, type Group } from '../../programs.ts'
import { envoyImage } from '../envoy/index.ts'
import type { Gateway, Settings } from '../support/gateway.ts'
import { balanced, objectsOf, type ApiObject } from '../support/objects.ts'
import { proofs } from './proofs.ts'

const module = 'github.com/projectcontour/contour'
const version = `v${moduleVersion(gatewayDir('contour'), module)}`
const manifests = 'examples/contour'
const programs: Group = {
  module: gatewayDir('contour'),
  packages: [`${module}/cmd/contour`],
  ldflags: [`-X ${module}/internal/build.Version=${version}`],
  files: { [module]: [manifests] },
  minutes: 2,
}
const namespace = 'projectcontour'
const number = 105

const image: Image = {
  name: `ghcr.io/projectcontour/contour:${version}`,
  files: async () => [
    ...users,
    copy(join(await builtPrograms('contour', programs), 'contour'), '/bin/contour'),
  ],
  config: { Env: ['PATH=/bin'], Entrypoint: ['/bin/contour'] },
}

/** What there is of containers in its manifests. */
interface Container {
  image: string
  lifecycle?: object
  ports?: { hostPort?: number }[]
  readinessProbe?: object
}

interface Workload extends ApiObject {
  spec: {
    replicas?: number
    template: { spec: { containers: Container[]; initContainers?: Container[] } }
  }
}

/** With the lab's Envoy, ready soon, gone at once, and without the ports of the nodes, which nothing here needs. */
function adaptContainer(before: Container): object {
  const { lifecycle: _, ports, readinessProbe, ...container } = before
  return {
    ...container,
    image: container.image.includes('/envoy:') ? envoyImage.name : container.image,
    ...(ports === undefined ? {} : { ports: ports.map(({ hostPort: __, ...port }) => port) }),
    ...(readinessProbe === undefined
      ? {}
      : { readinessProbe: { ...readinessProbe, initialDelaySeconds: 1, periodSeconds: 1 } }),
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
  }
}

function adaptWorkload(object: Workload, { replicas }: Settings): object {
  const pod = object.spec.template.spec
  const { initContainers } = pod
  return {
    ...object,
    spec: {
      ...object.spec,
      ...(object.kind === 'Deployment' ? { replicas } : {}),
      template: {
        ...object.spec.template,
        spec: {
          ...pod,
          ...(object.kind === 'Job' ? {} : { terminationGracePeriodSeconds: 1 }),
          containers: pod.containers.map(adaptContainer),
          ...(initContainers === undefined ? {} : { initContainers: initContainers.map(adaptContainer) }),
        },
      },
    },
  }
}

function adapt(object: ApiObject, settings: Settings): object {
  if (['Deployment', 'DaemonSet', 'Job'].includes(object.kind))
    return adaptWorkload(object as Workload, settings)
  if (object.kind !== 'Service' || object.metadata.name !== 'envoy') return object
  const { spec } = object as ApiObject & { spec: object }
  // Local as in the manifest: the lab's load balancers lead to the first node, which has an Envoy as each of them.
  return { ...object, spec: { ...spec, ...balanced(number) } }
}

const first = ['00-common', '01-contour-config', '01-crds', '02-job-certgen', '02-rbac', '02-role-contour']
const then = ['02-service-contour', '02-service-envoy', '03-contour', '03-envoy']

/** Contour, from its manifests, with an Envoy on each node. */
export const contour: Gateway = {
  namespace,
  address: loadBalancerAddress(number)[0],
  version,
  images: () => [image, envoyImage],
  steps: async (settings) => {
    const folder = moduleFile(await builtPrograms('contour', programs), module, manifests)
    return [first, then].map((names) =>
      names
        .flatMap((name) => objectsOf(join(folder, `${name}.yaml`)))
        .map((object) => adapt(object, settings)),
    )
  },
  afterFirstStep: () =>
    kubectl(['wait', '-n', namespace, '--for=condition=Complete', 'job', '--all', '--timeout=60s']),
  deployments: ['contour'],
  ready: () => kubectl(['rollout', 'status', 'daemonset/envoy', '-n', namespace, '--timeout=120s']),
  proofs,
}
