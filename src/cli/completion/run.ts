import type { Cluster } from '../../cluster/index.ts'
import { homeFolder } from '../home.ts'
import { openCluster } from '../open-cluster.ts'
import { nothing, printed } from './candidate.ts'
import { type CompletableCommand, complete } from './complete.ts'
import type { TypedLine } from './line.ts'
import { liveNames } from './names.ts'

/** Somebody waits with a finger on a key. */
const patience = '2s'

/**
 * What to print for kubectl. Whatever goes wrong means that there is nothing to offer: whoever presses Tab has not
 * asked for an explanation.
 */
export async function completionFor(
  argv: readonly string[],
  commands: readonly CompletableCommand[],
  version: string,
): Promise<string> {
  const opened: Promise<Cluster>[] = []
  try {
    const completion = await complete(argv, commands, (line) =>
      liveNames({
        kubeconfig: async () => {
          const { kubeconfigNames } = await import('../../cluster/index.ts')
          return await kubeconfigNames(line.values['kubeconfig'], { env: process.env, homedir: homeFolder() })
        },
        cluster: async () => {
          const cluster = openQuietly(line, version)
          opened.push(cluster)
          return await cluster
        },
        origin: async () => {
          const { values } = line
          const other = {
            kubeconfig: values['from-kubeconfig'] ?? values['kubeconfig'],
            context: values['from-context'],
            namespace: values['from-namespace'],
          }
          const cluster = openQuietly({ values: given(other), typed: new Set() }, version)
          opened.push(cluster)
          return await cluster
        },
      }),
    )
    return printed(completion)
  } catch {
    return printed(nothing)
  } finally {
    for (const result of await Promise.allSettled(opened))
      if (result.status === 'fulfilled') result.value.close()
  }
}

/** Without what was not typed. */
function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** The cluster that the command will be for, without a word on the screen or a question. */
async function openQuietly(
  { values, typed }: Pick<TypedLine, 'values' | 'typed'>,
  version: string,
): Promise<Cluster> {
  const { 'as-group': group, ...single } = values
  const flags = {
    'request-timeout': patience,
    ...single,
    ...(group === undefined ? {} : { 'as-group': [group] }),
    'insecure-skip-tls-verify': typed.has('insecure-skip-tls-verify'),
    v: 0,
  }
  return await openCluster(flags, version, { write: () => undefined, interactive: false })
}
