import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../../cluster/index.ts'
import { podsPath, servicesPath } from '../../../cluster/paths.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { KubernetesList, Pod, Service } from '../../../model/cluster/kubernetes.ts'
import { UserError } from '../../../model/common/user-error.ts'
import { runLabel } from '../../run/clients/pods/job.ts'
import { fittingResources, readLimitRanges } from '../../run/clients/pods/resources.ts'
import { type PodProgress, podProgress } from '../../run/clients/pods/pod-progress.ts'
import { echoLabel, echoNodes, echoPod, echoPorts, echoResources } from './echo-pods.ts'
import { awaitServed } from '../temporary/ready.ts'
import { shadowName, shadowService } from '../service/service.ts'
import { type Temporary, type TemporarySurroundings, withTemporary } from '../temporary/temporary.ts'
import type { Shadow } from '../service/with-shadow.ts'

export interface EchoOptions {
  /** The original, as read from the cluster and accepted by examineService; it is not touched. */
  service: Service
  /** The endpoints of the port that is probed. */
  endpoints: readonly Endpoint[]
  image: string
  podRunningTimeoutMs: number
  /** An image that cannot be pulled may yet come until then. */
  waitsForImage?: boolean
  /** How long the body may take at the very most, in seconds. */
  maxSeconds: number
}

const pollMs = 200

/**
 * Like `withShadow`, but the temporary Service leads to echo pods on the nodes of the original's ready endpoints, one
 * for each. Rejects with UserError when no echo pod runs in time; of those that do not, the notes say why.
 */
export async function withEcho<T>(
  cluster: Cluster,
  {
    service: original,
    endpoints,
    image,
    podRunningTimeoutMs,
    waitsForImage = false,
    maxSeconds,
  }: EchoOptions,
  surroundings: TemporarySurroundings,
  body: (echo: Shadow) => Promise<T>,
): Promise<T> {
  const { onStage } = surroundings
  const { namespace = 'default', name: originalName } = original.metadata
  const target = `service/${originalName}`
  return await withTemporary(cluster, { namespace, target, maxSeconds }, surroundings, async (temporary) => {
    const name = shadowName(originalName, temporary.runId)
    const { service: planned, notes } = shadowService(original, {
      metadata: temporary.metadata(name),
      change: {},
    })
    const ports = echoPorts(planned.spec.ports ?? [])
    const nodes = echoNodes(endpoints)
    onStage(`making ${nodes.length} echo pods`)
    const ranges = await readLimitRanges(cluster, namespace, surroundings.interrupted)
    const resources = fittingResources(echoResources, ranges)
    const { echoSource: source } = await import('../../../echo/bundle.generated.ts')
    await Promise.all(
      nodes.map(async (node, index) => {
        const metadata = temporary.metadata(`${name}-${index + 1}`)
        const { lifeSeconds } = temporary
        const pod = echoPod({ metadata, image, source, ports: ports.echo, node, resources, lifeSeconds })
        await temporary.create(podsPath(namespace), pod)
      }),
    )
    const selector = { [runLabel]: temporary.runId, [echoLabel]: 'true' }
    const spec = { ...planned.spec, selector, ports: ports.service }
    const service = await temporary.create(servicesPath(namespace), { ...planned, spec })
    const { ready, missing } = await podsRun(cluster, namespace, temporary, {
      wanted: nodes.length,
      timeoutMs: podRunningTimeoutMs,
      waitsForImage,
      surroundings,
    })
    await awaitServed(cluster, service, (addresses) => addresses.size >= ready.length, surroundings)
    const readyEndpoints = endpoints.filter(({ ready }) => ready).length
    const fewer =
      nodes.length < readyEndpoints ? [`${nodes.length} echo pods stand for ${readyEndpoints} endpoints`] : []
    return await body({ service, notes: [...notes, ...fewer, ...missing] })
  })
}

/** Waits until all echo pods are ready, or for as long as the others may take. */
async function podsRun(
  cluster: Cluster,
  namespace: string,
  { runId }: Temporary,
  {
    wanted,
    timeoutMs,
    waitsForImage,
    surroundings: { onStage, interrupted },
  }: { wanted: number; timeoutMs: number; waitsForImage: boolean; surroundings: TemporarySurroundings },
): Promise<{ ready: Pod[]; missing: string[] }> {
  const query = { labelSelector: `${runLabel}=${runId}` }
  const until = performance.now() + timeoutMs
  for (;;) {
    const { items } = await cluster.get<KubernetesList<Pod>>(podsPath(namespace), {
      query,
      signal: interrupted,
    })
    const ready = items.filter(isReady)
    if (ready.length === wanted) return { ready, missing: [] }
    const waiting = items.filter((pod) => !isReady(pod)).map((pod) => ({ pod, progress: podProgress(pod) }))
    for (const { progress } of waiting) refuseToWait(progress, waitsForImage)
    if (performance.now() > until) {
      const missing = waiting.map(
        ({ pod, progress }) => `echo pod ${pod.metadata.name}: ${wordsOf(progress)}`,
      )
      if (ready.length > 0) return { ready, missing }
      throw new UserError(
        `no echo pod started within ${Math.round(timeoutMs / 1000)}s: ${missing[0] ?? 'they are gone'}`,
        { hints: [{ remedy: 'longer-start' }] },
      )
    }
    onStage(`${ready.length} of ${wanted} echo pods are ready`)
    await sleep(pollMs, undefined, { signal: interrupted })
  }
}

/** Throws when a pod will not become ready by itself. Echo pods never end of their own accord. */
function refuseToWait(progress: PodProgress, waitsForImage: boolean): void {
  if (progress.kind === 'stuck' && !(progress.onImage && waitsForImage)) throw progress.error
  if (progress.kind !== 'ended') return
  throw new UserError(`an echo pod has ended: ${progress.message || 'nobody says why'}`, {
    hints: [
      { remedy: 'image-with-node', what: 'the image of echo pods must hold Node 18 or newer as "node"' },
    ],
  })
}

const isReady = ({ status, metadata }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True')

const wordsOf = (progress: PodProgress): string => {
  if (progress.kind === 'stuck') return progress.error.message
  return progress.kind === 'waiting' ? progress.text : 'runs and is not ready'
}
