import { stderr, stdout } from '../../cli/terminal.ts'
import { lookup } from 'node:dns/promises'
import type { Interrupt } from '../../cli/interrupt.ts'
import { standardOutput } from '../../cli/output.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { Resolve } from '../../external/origin/read.ts'
import { externalSteps } from '../../external/steps.ts'
import { contextLines } from '../../report/external/contexts.ts'
import type { ExternalFlagValues } from './flags.ts'
import type { ExternalTask } from './options.ts'
import { type ExternalFormat, printDone } from './print.ts'
import { followLines } from './watch.ts'

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
const resolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address)

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}
