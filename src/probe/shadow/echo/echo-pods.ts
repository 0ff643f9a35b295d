import { type EchoConfig, type EchoPort, podNameVariable } from '../../../echo/config.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { ObjectMeta, Pod, ServicePort } from '../../../model/cluster/kubernetes.ts'
import type { Resources } from '../../run/clients/pods/resources.ts'
import { containerSecurity, onNode, podBasics, withoutMesh } from '../../run/clients/pods/pod-parts.ts'

/** Echo pods at most; an endpoint more would show nothing more about the cluster. */
const mostEchoPods = 20

/** By it the shadow Service selects the echo pods. */
export const echoLabel = 'affinity.kubectl.dev/echo'

/** An unprivileged program may listen from here on. */
const firstPort = 8080

/** The ports of a Service as its echo pods serve them: each has a port of its own there. */
export function echoPorts(ports: readonly ServicePort[]): { service: ServicePort[]; echo: EchoPort[] } {
  const served = ports.flatMap((port) => {
    const { protocol = 'TCP' } = port
    return protocol === 'SCTP' ? [] : [{ port, protocol }]
  })
  return {
    service: served.map(({ port }, index) => ({ ...port, targetPort: firstPort + index })),
    echo: served.map(({ protocol }, index) => ({ protocol, port: firstPort + index })),
  }
}

/**
 * The nodes for the echo pods: that of each ready endpoint, and when those are too many an equal part of every node.
 * Undefined is any node: an endpoint that is outside the cluster.
 */
export function echoNodes(endpoints: readonly Endpoint[], most = mostEchoPods): (string | undefined)[] {
  const nodes = endpoints.filter(({ ready }) => ready).map(({ node }) => node)
  const byNode = Map.groupBy(nodes, (node) => node)
  const queues = [...byNode.values()]
  const chosen: (string | undefined)[] = []
  for (let round = 0; chosen.length < Math.min(most, nodes.length); round += 1)
    for (const queue of queues) if (round < queue.length && chosen.length < most) chosen.push(queue[round])
  return chosen
}

/** What an echo pod asks for, unless a LimitRange has it otherwise. */
export const echoResources: Resources = {
  requests: { cpu: '10m', memory: '48Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
}

export interface EchoPodOptions {
  metadata: ObjectMeta
  image: string
  /** The program, as made by scripts/generate.ts. */
  source: string
  ports: readonly EchoPort[]
  node: string | undefined
  /** What it asks for, where not as usual. */
  resources?: Resources
  /** After this the kubelet ends the pod, in seconds. */
  lifeSeconds: number
}

/** One pod that answers with its name on all ports. Meets the "restricted" Pod Security Standard. */
export function echoPod(options: EchoPodOptions): Omit<Pod, 'spec'> & { spec: object } {
  const { metadata, image, source, ports, node, lifeSeconds, resources = echoResources } = options
  const config: EchoConfig = { ports: [...ports] }
  const quiet = withoutMesh({ ...metadata.labels, [echoLabel]: 'true' })
  const probed = ports.find(({ protocol }) => protocol === 'TCP')
  const container = {
    name: 'echo',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '--input-type=commonjs', '-e', source, '--', JSON.stringify(config)],
    env: [{ name: podNameVariable, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    ports: ports.map(({ protocol, port }) => ({ protocol, containerPort: port })),
    ...(probed === undefined
      ? {}
      : { readinessProbe: { tcpSocket: { port: probed.port }, periodSeconds: 1 } }),
    resources,
    securityContext: containerSecurity,
  }
  const spec = {
    ...podBasics,
    ...(node === undefined ? {} : { affinity: onNode(node) }),
    activeDeadlineSeconds: lifeSeconds,
    containers: [container],
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      labels: quiet.labels,
      annotations: { ...metadata.annotations, ...quiet.annotations },
    },
    spec,
  }
}
