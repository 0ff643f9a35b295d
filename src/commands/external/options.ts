import { didYouMean } from '../../model/common/spelling.ts'
import type { TypedAddress } from '../../external/plan/addresses.ts'
import type { FromRef } from '../../external/origin/refs.ts'
import type { ServicePort } from '../../external/types.ts'
import { usageError } from '../../model/common/user-error.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { anyKind } from '../../model/affinity/target.ts'
import { parseQuery } from '../../model/targets/parse.ts'
import type { ExternalFlagValues } from './flags.ts'
import { parseFrom, parsePorts, parseTo } from './words.ts'

/** One call of `external NAME`. */
export interface ExternalTask {
  name: string
  ports: readonly ServicePort[] | undefined
  typed: readonly TypedAddress[]
  from: readonly FromRef[]
}

/** What is to be done, from words and flags. */
export function readTask(words: readonly string[], flags: ExternalFlagValues): ExternalTask {
  if (words.length === 0)
    throw usageError(
      'a name for the Service is required',
      'for example: kubectl affinity external backend --port 80 --to 192.0.2.7,192.0.2.8',
    )
  const [name = '', ...others] = namesIn(words)
  const meant = didYouMean(name, ['delete', 'list'])
  if (others.length > 0)
    throw usageError(
      `external takes one Service at a time, got ${[name, ...others].map((one) => `"${one}"`).join(', ')}`,
      ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
    )
  refuseCombinations(flags)
  return {
    name,
    ports: flags.port === undefined ? undefined : parsePorts(flags.port),
    typed: parseTo(flags.to ?? []),
    from: parseFrom(flags.from ?? []),
  }
}

/** Names of Services. One that is called list or delete is svc/list, svc/delete. */
export function namesIn(words: readonly string[]): readonly string[] {
  const query = parseQuery(words, {}, { verb: 'external', kinds: [anyKind(serviceKind)] })
  return query.kind === 'names' ? query.targets.map((target) => target.name) : []
}

type FlagName = keyof ExternalFlagValues

function refuseCombinations(flags: ExternalFlagValues): void {
  const together = (one: FlagName, other: FlagName): void => {
    if (isGiven(flags, one) && isGiven(flags, other))
      throw usageError(`--${one} and --${other} cannot be used together`)
  }
  const needs = (one: FlagName, other: FlagName): void => {
    if (isGiven(flags, one) && !isGiven(flags, other)) throw usageError(`--${one} needs --${other}`)
  }
  together('to', 'from')
  for (const flag of [
    'from-context',
    'from-kubeconfig',
    'from-namespace',
    'node-port',
    'wait',
    'watch',
  ] as const)
    needs(flag, 'from')
  needs('wait-timeout', 'wait')
  if (isGiven(flags, 'from') && !isGiven(flags, 'from-context') && !isGiven(flags, 'from-kubeconfig'))
    throw usageError(
      '--from needs the other cluster:  --from-context NAME',
      'see what there is:  kubectl config get-contexts',
    )
  for (const flag of ['diff', 'dry-run', 'wait'] as const) together('watch', flag)
  if (flags.watch && flags.output !== 'text') throw usageError('--watch and --output cannot be used together')
  if (flags.diff && flags.output !== 'text') throw usageError('--diff and --output cannot be used together')
  if (flags['node-port'] && parseFrom(flags.from ?? []).some(({ kind }) => kind !== 'service'))
    throw usageError('--node-port goes with --from svc/NAME: a gateway or ingress has no node ports')
  if (!isGiven(flags, 'to') && !isGiven(flags, 'from') && !flags.adopt)
    throw usageError(
      'where do the backends come from?',
      'addresses:         --to 192.0.2.7,192.0.2.8',
      'another cluster:   --from-context CONTEXT --from svc/NAME',
      'endpoints that are there already, by hand or as an Endpoints object:  --adopt',
    )
}

function isGiven(flags: ExternalFlagValues, flag: FlagName): boolean {
  const value = flags[flag]
  return value !== undefined && value !== false && value !== 'none'
}
