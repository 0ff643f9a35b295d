import type { Cluster } from '../../cluster/index.ts'
import { servicePolicy } from '../../model/affinity/policy.ts'
import { UserError } from '../../model/common/user-error.ts'
import { withShadow } from './service/with-shadow.ts'
import { imageFor } from '../plan/image/find.ts'
import { readImages } from '../plan/image/read.ts'
import { checkNode } from '../run/clients/nodes.ts'
import { examineService } from '../plan/preflight.ts'
import { readService } from '../plan/read.ts'
import { streamOf } from '../run/stream.ts'
import type { MeasureStep, RunControl } from '../steps.ts'
import { measureTimeout } from '../timeout/measure.ts'
import type { Measured, MeasureOptions } from '../timeout/options.ts'
import { surroundingsOf } from './temporary/temporary.ts'
import { commandFor, serviceTarget } from '../../model/targets/command.ts'

/** A shadow's timeout, in seconds: short enough to be measured in half a minute, long enough to be told from others. */
const shadowSeconds = 10

/** How long a measurement of that timeout may take at the very most, in seconds. */
const shadowLifeSeconds = 1800

/** Measures the affinity timeout of the Service that is named, or of a shadow of it. Rejects as `measureTimeout` does. */
export async function* measureService(
  cluster: Cluster,
  options: MeasureOptions & { shadow: boolean },
  control: RunControl,
): AsyncGenerator<MeasureStep, void, undefined> {
  const { interrupted } = control
  const { namespace, service: name } = options
  const [{ service, slices }, nodes] = await Promise.all([
    readService(cluster, namespace, name, interrupted),
    options.image === undefined ? readImages(cluster, options.node, interrupted) : undefined,
    checkNode(cluster, options.node, interrupted),
  ])
  const image = imageFor({ node: true }, options, nodes)
  const measured = { service, slices, image, notes: [] }
  yield* options.shadow
    ? measureShadow(cluster, options, measured, control)
    : measureTimeout(cluster, options, measured, control)
}

function measureShadow(
  cluster: Cluster,
  options: MeasureOptions,
  { service, slices, image }: Measured,
  control: RunControl,
): AsyncGenerator<MeasureStep, void, undefined> {
  const { namespace, service: name } = options
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
  return streamOf(async (emit, left) => {
    const stopped = { ...control, interrupted: AbortSignal.any([control.interrupted, left]) }
    await withShadow(
      cluster,
      { service, slices, change, maxSeconds: shadowLifeSeconds },
      surroundingsOf(emit, stopped),
      async (shadow) => {
        const measured = {
          service: shadow.service,
          slices,
          image,
          shadowOf: { service, slices },
          notes: shadow.notes,
        }
        const asked = { ...options, service: shadow.service.metadata.name }
        for await (const step of measureTimeout(cluster, asked, measured, stopped)) await emit(step)
      },
    )
  })
}
