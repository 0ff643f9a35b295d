import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { builtPrograms, moduleFile } from '../../programs.ts'
import type { Gateway, Settings } from '../support/gateway.ts'
import { balanced, objectsOf, type ApiObject } from '../support/objects.ts'
import { imageFiles } from './image.ts'
import { cloudManifest, ingressNginxModule, programs } from './programs.ts'
import { proofs } from './proofs.ts'

const version = 'v1.11.0'
const image = `registry.k8s.io/ingress-nginx/controller:${version}`
const number = 102

interface Deployment extends ApiObject {
  spec: { replicas: number; template: { spec: PodSpec } }
}

interface PodSpec {
  terminationGracePeriodSeconds: number
  volumes?: object[]
  containers: Container[]
}

interface Container {
  name: string
  ports: object[]
  args: string[]
  env: { name: string }[]
  readinessProbe: object
}

/** The Deployment as on a cloud, but for what the lab has no use for: the webhook that checks Ingresses, and its wait at the end. */
function adaptDeployment(object: Deployment, { replicas }: Settings): object {
  const pod = object.spec.template.spec
  const [container] = pod.containers
  if (container === undefined) throw new Error('the manifest of ingress-nginx has no container')
  return {
    ...object,
    spec: {
      ...object.spec,
      replicas,
      template: {
        ...object.spec.template,
        spec: {
          ...pod,
          volumes: [],
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: container.name,
              ports: container.ports,
              image,
              args: [
                ...container.args.filter((arg) => !arg.startsWith('--validating-webhook')),
                // It writes the address into the status of Ingresses once a minute unless told otherwise.
                '--status-update-interval=2',
              ],
              env: container.env.filter(({ name }) => name !== 'LD_PRELOAD'),
              readinessProbe: { ...container.readinessProbe, initialDelaySeconds: 1, periodSeconds: 1 },
              resources: { requests: { cpu: '10m', memory: '90Mi' } },
            },
          ],
        },
      },
    },
  }
}

/** The address is served by every node: the lab's load balancers lead to the first one, wherever the pods are. */
const adaptService = (object: ApiObject & { spec: object }): object => ({
  ...object,
  spec: { ...object.spec, ...balanced(number), externalTrafficPolicy: 'Cluster' },
})

async function objects(settings: Settings): Promise<object[]> {
  const built = await builtPrograms('ingress-nginx', programs)
  return objectsOf(moduleFile(built, ingressNginxModule, cloudManifest))
    .filter(({ metadata }) => !metadata.name.includes('admission'))
    .map((object) => {
      if (object.kind === 'Deployment') return adaptDeployment(object as Deployment, settings)
      return object.kind === 'Service' ? adaptService(object as ApiObject & { spec: object }) : object
    })
}

/** The ingress-nginx controller, from its manifest for clouds, IngressClass `nginx`. */
export const ingressNginx: Gateway = {
  namespace: 'ingress-nginx',
  address: loadBalancerAddress(number)[0],
  version,
  images: () => [{ name: image, files: imageFiles, config: { Env: ['PATH=/usr/bin:/bin'] } }],
  steps: async (settings) => [await objects(settings)],
  deployments: ['ingress-nginx-controller'],
  proofs,
}
