import type { Cluster } from '../cluster/index.ts'
import type { AgentConfig } from '../agent/config.ts'
import type { ImageChoice } from '../model/image-choice.ts'
import type { ProbeClient } from '../model/probe-result.ts'
import { jobName } from './clients/job.ts'
import type { RunningContainer } from './clients/in-pod.ts'
import { findImages } from './image/find.ts'
import type { ProbeOptions } from './plan.ts'

/** Where the requests come from: a pod that is made for them, or a container that runs. */
export type Origin = { kind: 'job'; image: ImageChoice } | { kind: 'container'; running: RunningContainer }

/**
 * Finds out where the requests can come from, and decides once it is known what the agent is to do. To be called at the same
 * time as the Service is read. Rejects with UserError when the named pod cannot be used.
 */
export async function findOrigin(
  cluster: Cluster,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<(agent: AgentConfig | 'node') => Origin> {
  const { inPod, namespace } = options
  if (inPod === undefined) {
    const imageFor = await findImages(cluster, options, signal)
    return (agent) => ({ kind: 'job', image: imageFor(agent) })
  }
  const { findContainer } = await import('./clients/in-pod.ts')
  const running = await findContainer(cluster, namespace, inPod, signal)
  return () => ({ kind: 'container', running })
}

/** Where the requests come from, in words. */
export function originWords(origin: Origin, { namespace, node }: ProbeOptions, runId: string): string {
  if (origin.kind === 'container') {
    const { pod, container } = origin.running
    return `pod/${pod.metadata.name}, container ${container}, in namespace ${namespace}`
  }
  const { image, why } = origin.image
  const where = node === undefined ? '' : ` on ${node}`
  return `job/${jobName(runId)} in namespace ${namespace}${where}, image ${image}${why === undefined ? '' : ` (${why})`}`
}

/** What the report says of it. */
export function originReport(origin: Origin): Pick<ProbeClient, 'image' | 'imageReason' | 'container'> {
  if (origin.kind === 'container') {
    const { image, container } = origin.running
    return { image, container }
  }
  const { image, why } = origin.image
  return { image, ...(why === undefined ? {} : { imageReason: why }) }
}
