import type { Cluster } from '../../cluster/index.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { anyKind } from '../../model/affinity/target.ts'
import { usageError } from '../../model/common/user-error.ts'
import { imageFor } from '../plan/image/find.ts'
import { readImages } from '../plan/image/read.ts'
import { planProbe } from '../plan/plan.ts'
import type { ProbeOptions } from '../plan/options.ts'
import { examineService, type ProbeSubject } from '../plan/preflight.ts'
import { readService } from '../plan/read.ts'
import type { RunControl } from '../steps.ts'
import { type Emit, streamOf } from '../run/stream.ts'
import { parseTarget } from '../../model/targets/parse.ts'
import { withShadowRole } from './temporary/refusal.ts'
import { surroundingsOf } from './temporary/temporary.ts'
import { type BesideStep, probeSideBySide, type Side } from './side-by-side.ts'
import { checkChange, type ServiceChange } from './service/change.ts'
import { withEcho } from './echo/with-echo.ts'
import { withShadow } from './service/with-shadow.ts'

/** What a Service is put beside of: another one, its shadow, echo pods in its place. */
export type Beside =
  | { kind: 'compare'; service: string }
  /** Either is something in front of a Service. */
  | { kind: 'compare-fronts'; sides: readonly [Side, Side] }
  | { kind: 'what-if'; change: ServiceChange; words: string }
  | { kind: 'echo' }

/** Another Service, by what a user calls it. Throws UserError (usage) for words that mean nothing. */
export function readCompare(target: string): Beside {
  return {
    kind: 'compare',
    service: parseTarget([target], { verb: 'compare', kinds: [anyKind(serviceKind)] }).name,
  }
}

/**
 * Probes a Service and something in its place, side by side: another Service, its shadow with a change, echo pods.
 * Rejects as `probe` does, and with UserError for what cannot be put beside it.
 */
export function probeBeside(
  cluster: Cluster,
  options: ProbeOptions,
  beside: Beside,
  control: RunControl,
): AsyncGenerator<BesideStep, void, undefined> {
  return streamOf(async (emit, left) => {
    const stopped = { ...control, interrupted: AbortSignal.any([control.interrupted, left]) }
    if (beside.kind === 'compare')
      return await compareServices(cluster, options, beside.service, { emit, control: stopped })
    if (beside.kind === 'compare-fronts')
      return await probeBoth(
        cluster,
        { kind: 'compare', sides: beside.sides, notes: [] },
        { emit, control: stopped },
      )
    try {
      if (beside.kind === 'echo') await tryEcho(cluster, options, { emit, control: stopped })
      else await tryChange(cluster, options, beside, { emit, control: stopped })
    } catch (error) {
      throw withShadowRole(error, options.namespace)
    }
  })
}

/** Where it is told how it goes, and when to stop. */
interface Told {
  emit: Emit<BesideStep>
  control: RunControl
}

async function probeBoth(
  cluster: Cluster,
  both: Parameters<typeof probeSideBySide>[1],
  { emit, control }: Told,
): Promise<void> {
  for await (const step of probeSideBySide(cluster, both, control)) await emit(step)
}

async function compareServices(
  cluster: Cluster,
  options: ProbeOptions,
  other: string,
  told: Told,
): Promise<void> {
  if (other === options.service) throw usageError(`the Service "${other}" cannot be compared with itself`)
  // Both, before the first is probed for nothing.
  await Promise.all(
    [options.service, other].map((service) => examine(cluster, { ...options, service }, told.control)),
  )
  const side = (service: string) => ({ title: `service/${service}`, options: { ...options, service } })
  const sides = [side(options.service), side(other)] as const
  await probeBoth(cluster, { kind: 'compare', sides, notes: [] }, told)
}

async function tryChange(
  cluster: Cluster,
  options: ProbeOptions,
  { change, words }: { change: ServiceChange; words: string },
  told: Told,
): Promise<void> {
  const { service, slices, maxSeconds } = await examine(cluster, options, told.control)
  checkChange(service, change)
  await withShadow(
    cluster,
    { service, slices, change, maxSeconds },
    surroundingsOf(told.emit, told.control),
    async ({ service: shadow, notes }) => {
      // What the user expects is expected of the change: what is there was configured by somebody.
      const { expect: _, ...original } = options
      const sides = [
        { title: 'as it is', options: original },
        { title: words, options: { ...options, service: shadow.metadata.name } },
      ] as const
      await probeBoth(cluster, { kind: 'what-if', change: words, sides, notes }, told)
    },
  )
}

async function tryEcho(cluster: Cluster, options: ProbeOptions, told: Told): Promise<void> {
  const { podRunningTimeoutMs, waitsForImage = false, image: asked, node } = options
  const { interrupted } = told.control
  const [{ service, subject, maxSeconds }, nodes] = await Promise.all([
    examine(cluster, options, told.control),
    asked === undefined ? readImages(cluster, node, interrupted) : undefined,
  ])
  const { image } = imageFor({ node: true }, options, nodes)
  const { endpoints } = subject
  await withEcho(
    cluster,
    { service, endpoints, image, podRunningTimeoutMs, waitsForImage, maxSeconds },
    surroundingsOf(told.emit, told.control),
    async ({ service: echo, notes }) => {
      const sides = [
        { title: 'the application', options },
        { title: 'echo pods', options: echoOptions(options, echo.metadata.name) },
      ] as const
      await probeBoth(cluster, { kind: 'echo', sides, notes }, told)
    },
  )
}

/** Echo pods speak no TLS, know no paths and say who they are. What they are sent they take for what it is. */
function echoOptions(options: ProbeOptions, service: string): ProbeOptions {
  const isHttp = options.scheme !== 'tcp' && options.protocol !== 'UDP' && options.payload === undefined
  const scheme = isHttp ? 'http' : options.scheme
  return { ...options, service, scheme, path: '/', tls: {}, identify: { kind: 'auto' } }
}

/** Reads a Service and refuses what cannot be probed; estimates how long two probes of it may take at most. */
async function examine(
  cluster: Cluster,
  options: ProbeOptions,
  { interrupted }: RunControl,
): Promise<Awaited<ReturnType<typeof readService>> & { subject: ProbeSubject; maxSeconds: number }> {
  const read = await readService(cluster, options.namespace, options.service, interrupted)
  const subject = examineService(read.service, read.slices, options.port, options.protocol)
  const { maxRunSeconds } = planProbe(options, subject)
  return { ...read, subject, maxSeconds: 2 * (maxRunSeconds + Math.ceil(options.podRunningTimeoutMs / 1000)) }
}
