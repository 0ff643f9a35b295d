import type { Cluster } from '../cluster/index.ts'
import type { ProbeComparison } from '../model/comparison.ts'
import { serviceKind } from '../mechanisms/service/objects.ts'
import { anyKind } from '../model/target.ts'
import { UserError } from '../model/user-error.ts'
import { findImages } from '../probe/image/find.ts'
import { planProbe, type ProbeOptions } from '../probe/plan.ts'
import { examineService, type ProbeSubject } from '../probe/preflight.ts'
import { readService } from '../probe/read.ts'
import { parseTarget } from '../targets/parse.ts'
import { withShadowRole } from './refusal.ts'
import { probeSideBySide, type SideBySideSurroundings } from './side-by-side.ts'
import type { ServiceChange } from './change.ts'
import { checkChange, parseWhatIf } from './what-if.ts'
import { withEcho } from './with-echo.ts'
import { withShadow } from './with-shadow.ts'

/** What a Service is put beside of: another one, its shadow, echo pods in its place. */
export type Beside =
  | { kind: 'compare'; service: string }
  | { kind: 'what-if'; change: ServiceChange; words: string }
  | { kind: 'echo' }

/** The two flags that say it in words. Throws UserError (usage) for words that mean nothing. */
export function readCompare(target: string): Beside {
  return {
    kind: 'compare',
    service: parseTarget([target], { verb: 'compare', kinds: [anyKind(serviceKind)] }).name,
  }
}

export function readWhatIf(texts: readonly string[]): Beside {
  return { kind: 'what-if', change: parseWhatIf(texts), words: texts.join(',') }
}

/**
 * Probes a Service and something in its place, side by side: another Service, its shadow with a change, echo pods.
 * Rejects as runProbe does, and with UserError for what cannot be put beside it.
 */
export async function probeBeside(
  cluster: Cluster,
  options: ProbeOptions,
  beside: Beside,
  surroundings: SideBySideSurroundings,
): Promise<ProbeComparison> {
  if (beside.kind === 'compare') return await compareServices(cluster, options, beside.service, surroundings)
  try {
    return beside.kind === 'echo'
      ? await tryEcho(cluster, options, surroundings)
      : await tryChange(cluster, options, beside, surroundings)
  } catch (error) {
    throw withShadowRole(error, options.namespace)
  }
}

async function compareServices(
  cluster: Cluster,
  options: ProbeOptions,
  other: string,
  surroundings: SideBySideSurroundings,
): Promise<ProbeComparison> {
  if (other === options.service)
    throw new UserError(`the Service "${other}" cannot be compared with itself`, { exitCode: 2 })
  // Both, before the first is probed for nothing.
  await Promise.all(
    [options.service, other].map((service) => examine(cluster, { ...options, service }, surroundings)),
  )
  const side = (service: string) => ({ title: `service/${service}`, options: { ...options, service } })
  const sides = [side(options.service), side(other)] as const
  return await probeSideBySide(cluster, { kind: 'compare', sides, notes: [] }, surroundings)
}

async function tryChange(
  cluster: Cluster,
  options: ProbeOptions,
  { change, words }: { change: ServiceChange; words: string },
  surroundings: SideBySideSurroundings,
): Promise<ProbeComparison> {
  const { service, slices, maxSeconds } = await examine(cluster, options, surroundings)
  checkChange(service, change)
  return await withShadow(
    cluster,
    { service, slices, change, maxSeconds },
    temporary(surroundings),
    async ({ service: shadow, notes }) => {
      // What the user expects is expected of the change: what is there was configured by somebody.
      const { expect: _, ...original } = options
      const sides = [
        { title: 'as it is', options: original },
        { title: words, options: { ...options, service: shadow.metadata.name } },
      ] as const
      const together = { kind: 'what-if', change: words, sides, notes } as const
      return await probeSideBySide(cluster, together, surroundings)
    },
  )
}

async function tryEcho(
  cluster: Cluster,
  options: ProbeOptions,
  surroundings: SideBySideSurroundings,
): Promise<ProbeComparison> {
  const { podRunningTimeoutMs } = options
  const [{ service, subject, maxSeconds }, imageFor] = await Promise.all([
    examine(cluster, options, surroundings),
    findImages(cluster, options, surroundings.interrupted),
  ])
  const { image } = imageFor('node')
  const { endpoints } = subject
  return await withEcho(
    cluster,
    { service, endpoints, image, podRunningTimeoutMs, maxSeconds },
    temporary(surroundings),
    async ({ service: echo, notes }) => {
      const sides = [
        { title: 'the application', options },
        { title: 'echo pods', options: echoOptions(options, echo.metadata.name) },
      ] as const
      return await probeSideBySide(cluster, { kind: 'echo', sides, notes }, surroundings)
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
  { interrupted }: SideBySideSurroundings,
): Promise<Awaited<ReturnType<typeof readService>> & { subject: ProbeSubject; maxSeconds: number }> {
  const read = await readService(cluster, options.namespace, options.service, interrupted)
  const subject = examineService(read.service, read.slices, options.port, options.protocol)
  const { maxRunSeconds } = planProbe(options, subject)
  return { ...read, subject, maxSeconds: 2 * (maxRunSeconds + Math.ceil(options.podRunningTimeoutMs / 1000)) }
}

function temporary({ progress, interrupted, abandoned }: SideBySideSurroundings) {
  return { onStage: progress.stage, onNote: progress.note, interrupted, abandoned }
}
