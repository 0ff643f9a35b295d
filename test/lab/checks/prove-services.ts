import { nodeAddresses } from '../nodes/addresses.ts'
import { echo } from '../gateways/support/manifests.ts'
import { inNamespace, install, namespaceObject, remove } from '../gateways/support/objects.ts'
import { spreads, sticksByAddress, type Target } from '../gateways/support/proof.ts'
import { kubectl } from '../kubernetes/kubectl.ts'
import { step } from '../machine/progress.ts'

const namespace = 'proof-services'
const ports = { none: 30_990, clientIp: 30_991 }

/** A Service of the pods, on this port of every node. */
const onNodes = (name: string, nodePort: number, sessionAffinity: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    type: 'NodePort',
    selector: { app: 'echo' },
    sessionAffinity,
    ports: [{ port: 80, targetPort: 8080, nodePort }],
  },
})

/** By way of the first node, which serves it whichever node the pod is on. */
const target = (nodePort: number): Target => ({
  address: `${nodeAddresses(1).addresses[0]}:${nodePort}`,
  host: 'services.lab',
})

/** Shows that node ports spread a client's connections from outside, and keep them on a pod with `sessionAffinity: ClientIP`. */
export async function proveServices(): Promise<void> {
  await remove([namespaceObject(namespace)])
  await install([namespaceObject(namespace)])
  await install(
    inNamespace(namespace, [
      echo('echo', 5),
      onNodes('none', ports.none, 'None'),
      onNodes('client-ip', ports.clientIp, 'ClientIP'),
    ]),
  )
  await kubectl(['rollout', 'status', 'deployment/echo', '-n', namespace, '--timeout=120s'])
  await step('Services: no affinity', () => spreads(target(ports.none)))
  await step('Services: ClientIP', () => sticksByAddress(target(ports.clientIp)))
  await remove([namespaceObject(namespace)])
}
