import { stderr, stdout } from '../../cli/terminal.ts'
import { lookup } from 'node:dns/promises'
import type { Interrupt } from '../../cli/interrupt.ts'
import { standardOutput } from '../../cli/output.ts'
import type { Cluster } from '../../cluster/index.ts'
import { type ResolveHost, clusterWords } from '../../external/origin/read.ts'
import { externalSteps, type ExternalStep } from '../../external/steps.ts'
import { contextLines } from '../../report/external/contexts.ts'
import type { ExternalFlagValues } from './flags.ts'
import type { ExternalTask } from './options.ts'
import { type ExternalFormat, printDone } from './print.ts'
import { explainFailure } from '../../cli/errors.ts'
import type { ExternalDone } from '../../external/write.ts'
import { addressLine } from '../../report/external/text.ts'
import type { Style } from '../../report/terminal.ts'
import { paintLines } from '../../report/text/line.ts'
import { countOf } from '../../model/common/words/amounts.ts'
import { sanitize } from '../../report/text/sanitize.ts'

interface WriteSession {
  cluster: Cluster
  /** The other cluster, where addresses are read from one. */
  origin: Cluster | undefined
  interrupt: Interrupt
  format: ExternalFormat
}

const defaultWaitMs = 120_000

/** `external NAME …`: prints the steps of what the flags ask for. */
export async function runWrite(
  { cluster, origin, interrupt, format }: WriteSession,
  { name, ports, typed, from }: ExternalTask,
  flags: ExternalFlagValues,
): Promise<void> {
  const output = standardOutput(process)
  const steps = externalSteps(cluster, {
    ref: { namespace: cluster.namespace, name },
    sources: {
      ports,
      typed,
      origin:
        origin === undefined
          ? undefined
          : {
              cluster: origin,
              request: { refs: from, namespace: origin.namespace, nodePort: flags['node-port'] },
            },
    },
    resolve,
    ...(flags.wait ? { waitMs: flags['wait-timeout'] ?? defaultWaitMs } : {}),
    adopt: flags.adopt,
    affinity: flags.affinity,
    dryRun: flags['dry-run'],
    follow: flags.watch,
    forceConflicts: flags['force-conflicts'],
    prune: flags.prune,
    signal: interrupt.first,
  })
  for await (const step of steps) {
    if (step.kind === 'clusters') stderr.write(contextLines(step.origin, step.target))
    else if (step.kind === 'waiting') stderr.write(`${step.text}\n`)
    else if (step.kind === 'written') await printDone(step.done, step.remarks, { format, flags, output })
    else for (const line of followLines(step, output.style)) stdout.write(`${clock()}  ${line}\n`)
  }
}

/** As the machine resolves names: its hosts file and its search domains count. */
const resolve: ResolveHost = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** A step of following another cluster. */
type FollowStep = Exclude<ExternalStep, { kind: 'clusters' | 'waiting' | 'written' }>

/** What is said about a step, a line each. */
function followLines(step: FollowStep, style: Style): string[] {
  if (step.kind === 'updated') return updateLines(step.done, style)
  if (step.kind === 'problem') {
    const { lines } = explainFailure(step.error, { flags: [] })
    return [[...lines.map((line) => sanitize(line)), 'the last endpoints stay'].join('\n          ')]
  }
  return [sanitize(sentence(step))]
}

function sentence(step: Exclude<FollowStep, { kind: 'updated' | 'problem' }>): string {
  if (step.kind === 'solved') return 'up to date again'
  const where = clusterWords(step.origin)
  if (step.kind === 'following')
    return `following ${step.refs.join(', ')} of ${where}; Ctrl-C ends it, the endpoints stay`
  if (step.kind === 'back') return `${where} answers again`
  const { reason, endpoints } = step
  const stay = endpoints === 1 ? 'the last endpoint stays' : `the last ${countOf(endpoints, 'endpoint')} stay`
  return `no contact with ${where} (${firstLine(reason)}): ${stay}`
}

function updateLines({ plan, objects }: ExternalDone, style: Style): string[] {
  const page = { style, width: 0 }
  const lines = [
    ...plan.added.map((one) => addressLine('+', one, page)),
    ...plan.removed.map((one) => addressLine('-', one, page)),
  ]
  if (lines.length === 0 && objects.some(({ kind }) => kind !== 'unchanged'))
    return ['put right what somebody else had changed']
  return paintLines(lines, { style, width: Infinity }).map((line) => line.trimStart())
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
