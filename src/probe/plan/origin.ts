import type { Cluster } from '../../cluster/index.ts'
import type { ImageChoice } from '../../model/probe/image-choice.ts'
import type { ProbeClient } from '../../model/probe/results/probe-result.ts'
import { meshOf } from '../../mechanisms/service/analyzers/sidecars.ts'
import { UserError } from '../../model/common/user-error.ts'
import { jobName } from '../run/clients/pods/job.ts'
import { shellServes } from '../run/clients/agent.ts'
import type { RunningContainer } from '../run/clients/in-pod.ts'
import type { NodesRead } from './image/choose.ts'
import { imageFor } from './image/find.ts'
import { readImages } from './image/read.ts'
import type { ProbePlan } from './plan.ts'
import type { ProbeOptions } from './options.ts'
import { defined } from '../../model/common/values.ts'

/** Where requests can come from, as it was read. */
export type OriginsRead =
  | { kind: 'job'; nodes: NodesRead | undefined }
  | { kind: 'containers'; containers: readonly RunningContainer[] }

/** Where the requests come from: pods that are made for them, or containers that run. */
export type Origin =
  | { kind: 'job'; image: ImageChoice }
  | { kind: 'containers'; containers: readonly RunningContainer[] }

/** Reads what decides where the requests can come from. Rejects with UserError when a named pod cannot be used. */
export async function readOrigins(
  cluster: Cluster,
  {
    inPods = [],
    namespace,
    image,
    node,
    front,
  }: Pick<ProbeOptions, 'inPods' | 'namespace' | 'image' | 'node' | 'front'>,
  signal: AbortSignal,
): Promise<OriginsRead> {
  if (inPods.length === 0)
    return { kind: 'job', nodes: image === undefined ? await readImages(cluster, node, signal) : undefined }
  const { findContainer } = await import('../run/clients/in-pod.ts')
  const containers = await Promise.all(
    inPods.map(async (asked) => await findContainer(cluster, namespace, asked, signal)),
  )
  const bare = containers.find(({ pod }) => meshOf(pod.metadata.annotations) === undefined)
  if (front?.isMesh === true && bare !== undefined)
    throw new UserError(`pod/${bare.pod.metadata.name} has no sidecar: nothing of the mesh decides for it`)
  return { kind: 'containers', containers }
}

/** Where the requests of a plan come from. Throws UserError when no image serves. */
export function chooseOrigin(read: OriginsRead, options: ProbeOptions, { agent }: ProbePlan): Origin {
  if (read.kind === 'containers') return read
  // Endpoints are asked directly by Node only, and both are asked by the same image.
  const needs = { node: options.fingerprint === true || !shellServes(agent) }
  return { kind: 'job', image: imageFor(needs, options, read.nodes) }
}

/** Where the requests come from, in words. */
export function originWords(origin: Origin, { namespace, node }: ProbeOptions, runId: string): string {
  if (origin.kind === 'containers') {
    const all = origin.containers.map(
      ({ pod, container }) => `pod/${pod.metadata.name}, container ${container},`,
    )
    return `${all.join(' ')} in namespace ${namespace}`
  }
  const { image, why } = origin.image
  const where = node === undefined ? '' : ` on ${node}`
  return `job/${jobName(runId)} in namespace ${namespace}${where}, image ${image}${why === undefined ? '' : ` (${why})`}`
}

/** What the report says of where a client's requests come from. */
export function originReport(
  origin: Origin,
  client: number,
): Pick<ProbeClient, 'image' | 'imageReason' | 'container'> {
  if (origin.kind === 'containers') {
    const { image = '', container = '' } = origin.containers[client] ?? {}
    return { image, container }
  }
  const { image, why } = origin.image
  return defined({ image, imageReason: why })
}
