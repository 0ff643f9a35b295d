import { kubectl } from '../kubernetes/kubectl.ts'
import { step } from '../machine/progress.ts'
import { presentGateways } from './change.ts'
import { gatewayOf, type GatewayName } from './list.ts'
import { echo } from './support/manifests.ts'
import { inNamespace, install, namespaceObject, remove } from './support/objects.ts'

/**
 * Shows the affinity of these gateways, all that the lab has unless some are named, with real requests; throws at the first
 * that is not as it should be.
 */
export async function proveGateways(wanted: readonly GatewayName[] = []): Promise<void> {
  const names = presentGateways().filter((name) => wanted.length === 0 || wanted.includes(name))
  if (names.length === 0) throw new Error('the lab has no gateways: npm run lab -- up --with …')
  for (const name of names) await prove(name)
}

async function prove(name: GatewayName): Promise<void> {
  const { proofs } = gatewayOf(name)
  const namespace = `proof-${name}`
  await remove([namespaceObject(namespace)])
  await install([namespaceObject(namespace)])
  const objects = [echo('echo', 5), echo('other', 2), ...proofs.flatMap((proof) => proof.objects())]
  await install(inNamespace(namespace, objects))
  await kubectl(['rollout', 'status', 'deployment', '-n', namespace, '--timeout=120s'])
  for (const proof of proofs) await step(`${name}: ${proof.name}`, () => proof.show(namespace))
  await remove([namespaceObject(namespace)])
}
