import type { ChangeRequest } from '../../change/request.ts'
import { exitCodes } from '../../cli/errors.ts'
import { parseTo, type TypedAddress } from '../../external/addresses.ts'
import { type FromRef, parseFrom } from '../../external/origin/refs.ts'
import { parsePorts } from '../../external/ports.ts'
import type { ServicePort } from '../../external/types.ts'
import type { DryRun } from '../../model/change.ts'
import { unknownFormat, UserError } from '../../model/user-error.ts'
import { parseServiceQuery } from '../../snapshot/query.ts'

/** The flags as oclif parses them. */
export interface ExternalFlagValues {
  adopt: boolean
  affinity?: ChangeRequest | undefined
  'all-namespaces': boolean
  context?: string | undefined
  diff: boolean
  'dry-run': DryRun
  'force-conflicts': boolean
  from?: string[] | undefined
  'from-context'?: string | undefined
  'from-kubeconfig'?: string | undefined
  'from-namespace'?: string | undefined
  kubeconfig?: string | undefined
  namespace?: string | undefined
  'node-port': boolean
  output: string
  port?: string[] | undefined
  prune: boolean
  'show-managed-fields': boolean
  to?: string[] | undefined
  wait: boolean
  'wait-timeout'?: number | undefined
  watch: boolean
}

export const externalFormats = ['json', 'name', 'text', 'wide', 'yaml'] as const

export type ExternalFormat = (typeof externalFormats)[number]

export type ExternalTask =
  | { verb: 'list' }
  | { verb: 'delete'; names: readonly string[] }
  | {
      verb: 'write'
      name: string
      ports: readonly ServicePort[] | undefined
      typed: readonly TypedAddress[]
      from: readonly FromRef[]
    }

const usage = (message: string, ...hints: string[]): UserError =>
  new UserError(message, { hints, exitCode: exitCodes.usage })

/** Flags that go with one of the tasks only; the others refuse them by name. */
const flagsOf = {
  list: ['all-namespaces', 'output', 'show-managed-fields'],
  delete: ['dry-run', 'output'],
} as const

const ownFlags = [
  'adopt',
  'affinity',
  'all-namespaces',
  'diff',
  'dry-run',
  'force-conflicts',
  'from',
  'from-context',
  'from-kubeconfig',
  'from-namespace',
  'node-port',
  'port',
  'to',
  'wait',
  'wait-timeout',
  'watch',
] as const

/** What is to be done, from words and flags. A Service called list or delete is svc/list, svc/delete. */
export function readTask(words: readonly string[], flags: ExternalFlagValues): ExternalTask {
  const [first, ...rest] = words
  if (first === 'list') {
    if (rest.length > 0) throw usage(`external list takes no names, got "${rest[0]}"`)
    refuseFlags('list', flags)
    return { verb: 'list' }
  }
  if (first === 'delete') {
    if (rest.length === 0)
      throw usage('external delete: which Service?', 'for example: kubectl affinity external delete backend')
    refuseFlags('delete', flags)
    const { names } = namesIn(rest)
    return { verb: 'delete', names }
  }
  if (words.length === 0)
    throw usage(
      'a name for the Service is required',
      'for example: kubectl affinity external backend --port 80 --to 192.0.2.7,192.0.2.8',
    )
  const { names } = namesIn(words)
  const [name = '', ...others] = names
  if (others.length > 0)
    throw usage(`external takes one Service at a time, got ${names.map((one) => `"${one}"`).join(', ')}`)
  refuseCombinations(flags)
  return {
    verb: 'write',
    name,
    ports: flags.port === undefined ? undefined : parsePorts(flags.port),
    typed: parseTo(flags.to ?? []),
    from: parseFrom(flags.from ?? []),
  }
}

function namesIn(words: readonly string[]): { names: readonly string[] } {
  const query = parseServiceQuery(words, {}, 'external')
  return query.kind === 'names' ? query : { names: [] }
}

function refuseFlags(verb: 'list' | 'delete', flags: ExternalFlagValues): void {
  const allowed: readonly string[] = flagsOf[verb]
  const given = ownFlags.find((flag) => isGiven(flags, flag) && !allowed.includes(flag))
  if (given !== undefined) throw usage(`--${given} cannot be used with external ${verb}`)
}

function refuseCombinations(flags: ExternalFlagValues): void {
  const together = (one: (typeof ownFlags)[number], other: (typeof ownFlags)[number]): void => {
    if (isGiven(flags, one) && isGiven(flags, other))
      throw usage(`--${one} and --${other} cannot be used together`)
  }
  const needs = (one: (typeof ownFlags)[number], other: (typeof ownFlags)[number]): void => {
    if (isGiven(flags, one) && !isGiven(flags, other)) throw usage(`--${one} needs --${other}`)
  }
  if (flags['all-namespaces'])
    throw usage('a Service is made in one namespace: --all-namespaces is for external list')
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
    throw usage(
      '--from needs the other cluster:  --from-context NAME',
      'see what there is:  kubectl config get-contexts',
    )
  for (const flag of ['diff', 'dry-run', 'wait'] as const) together('watch', flag)
  if (flags.watch && flags.output !== 'text') throw usage('--watch and --output cannot be used together')
  if (flags.diff && flags.output !== 'text') throw usage('--diff and --output cannot be used together')
  if (flags['node-port'] && parseFrom(flags.from ?? []).some(({ kind }) => kind !== 'service'))
    throw usage('--node-port goes with --from svc/NAME: a gateway or ingress has no node ports')
  if (!isGiven(flags, 'to') && !isGiven(flags, 'from') && !flags.adopt)
    throw usage(
      'where do the backends come from?',
      'addresses:         --to 192.0.2.7,192.0.2.8',
      'another cluster:   --from-context CONTEXT --from svc/NAME',
      'endpoints that are there already, by hand or as an Endpoints object:  --adopt',
    )
}

function isGiven(flags: ExternalFlagValues, flag: (typeof ownFlags)[number]): boolean {
  const value = flags[flag]
  return value !== undefined && value !== false && value !== 'none'
}

export function readFormat({ output }: ExternalFlagValues, verb: ExternalTask['verb']): ExternalFormat {
  const allowed = externalFormats.filter((name) =>
    verb === 'delete' ? name === 'name' || name === 'text' : name !== 'wide' || verb === 'list',
  )
  const format = allowed.find((name) => name === output)
  if (format === undefined) throw unknownFormat(output, allowed)
  return format
}
