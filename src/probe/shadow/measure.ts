import type { Cluster } from '../../cluster/index.ts'
import { servicePolicy } from '../../model/affinity/policy.ts'
import type { TimeoutResult } from '../../model/probe/results/timeout-result.ts'
import { UserError } from '../../model/common/user-error.ts'
import { withShadow } from './service/with-shadow.ts'
import { imageFor } from '../plan/image/find.ts'
import { readImages } from '../plan/image/read.ts'
import { checkNode } from '../run/clients/nodes.ts'
import { examineService } from '../plan/preflight.ts'
import { readService } from '../plan/read.ts'
import { type MeasureSurroundings, measureTimeout } from '../timeout/measure.ts'
import type { MeasureOptions } from '../timeout/options.ts'
import { commandFor, serviceTarget } from '../../model/targets/command.ts'

/** A shadow's timeout, in seconds: short enough to be measured in half a minute, long enough to be told from others. */
const shadowSeconds = 10

/** How long a measurement of that timeout may take at the very most, in seconds. */
const shadowLifeSeconds = 1800

/** Measures the affinity timeout of the Service that is named, or of a shadow of it. */
export async function measureService(
  cluster: Cluster,
  options: MeasureOptions & { shadow: boolean },
  surroundings: MeasureSurroundings,
): Promise<TimeoutResult> {
  const { interrupted, progress } = surroundings
  const { namespace, service: name } = options
  const [{ service, slices }, nodes] = await Promise.all([
    readService(cluster, namespace, name, interrupted),
    options.image === undefined ? readImages(cluster, options.node, interrupted) : undefined,
    checkNode(cluster, options.node, interrupted),
  ])
  const image = imageFor({ node: true }, options, nodes)
  if (!options.shadow) {
    return await measureTimeout(cluster, options, { service, slices, image, notes: [] }, surroundings)
  }
  examineService(service, slices, options.port, options.protocol)
  const policy = servicePolicy(service)
  if (policy.kind === 'none') {
    throw new UserError(`service/${name} has no session affinity, so there is no timeout to shorten`, {
      hints: [
        { remedy: 'measure-itself', command: commandFor('enable', serviceTarget({ namespace, name })) },
      ],
    })
  }
  const change = { timeoutSeconds: Math.min(policy.timeoutSeconds, shadowSeconds) }
  const shadowSurroundings = { ...surroundings, onStage: progress.stage, onNote: progress.note }
  return await withShadow(
    cluster,
    { service, slices, change, maxSeconds: shadowLifeSeconds },
    shadowSurroundings,
    async (shadow) => {
      const measured = {
        service: shadow.service,
        slices,
        image,
        shadowOf: { service, slices },
        notes: shadow.notes,
      }
      const asked = { ...options, service: shadow.service.metadata.name }
      return await measureTimeout(cluster, asked, measured, surroundings)
    },
  )
}
