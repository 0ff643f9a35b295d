import { didYouMean } from '../common/words/spelling.ts'
import type { TargetKind } from '../affinity/target.ts'
import { usageError, type UserError } from '../common/user-error.ts'
import { commandLine, targetWord } from './command.ts'
import { defined, distinctBy } from '../common/values.ts'

/** A verb and the kinds of target that it takes, the one that a bare name means first. */
export interface AskedVerb {
  verb: string
  kinds: readonly [TargetKind, ...TargetKind[]]
}

/** A target without its namespace, which is up to flags and the kubeconfig. */
export interface NamedTarget {
  kind: TargetKind
  /** Other kinds with the same word, as `vs` and `gateway` are of two groups: the cluster may serve one of them instead. */
  namesakes?: readonly TargetKind[] | undefined
  name: string
}

/** Which targets the user means. */
export type TargetQuery =
  | { kind: 'names'; targets: readonly NamedTarget[] }
  | { kind: 'list'; of: TargetKind; selector?: string; allNamespaces: boolean }

export interface QueryFlags {
  selector?: string | undefined
  allNamespaces?: boolean | undefined
  all?: boolean | undefined
}

/**
 * The one target in `svc/NAME`, `svc NAME` or `NAME`, as kubectl reads resources.
 * Throws UserError for an unknown kind, a name that no object of the kind can have, or the wrong number of words.
 */
export function parseTarget(words: readonly string[], asked: AskedVerb): NamedTarget {
  const [first, second, ...rest] = words
  const { noun, word } = bare(asked)
  if (first === undefined) throw nothingNamed(asked)
  const isPair = second !== undefined && !first.includes('/') && kindOf(first, asked) !== undefined
  if (rest.length > 0 || (second !== undefined && !isPair)) {
    if (rest.length === 0) refuseOtherKind(words, asked)
    throw usageError(
      `one ${noun} at a time: cannot ${asked.verb} ${words.map((one) => `"${one}"`).join(', ')}`,
      `name it as ${word}/NAME, ${word} NAME or NAME`,
    )
  }
  if (second !== undefined) return toTarget(first, second, asked)
  const kind = kindOf(first, asked)
  if (kind !== undefined) throw nameMissing(kind, first)
  return readTarget(first, asked)
}

/**
 * The targets in `svc/x ingress/y`, `svc x y`, `x y`, `svc -l app=x`, `-A`, `--all`, as kubectl reads resources.
 * Throws UserError (exit code 2) for words that do not go together.
 */
export function parseQuery(words: readonly string[], flags: QueryFlags, asked: AskedVerb): TargetQuery {
  const { selector, all = false, allNamespaces = false } = flags
  const { of, targets } = namedTargets(words, asked)
  if (targets.length > 0) {
    if (selector !== undefined) throw usageError('name cannot be provided when a selector is specified')
    if (all) throw usageError('name cannot be provided when --all is specified')
    if (allNamespaces) throw usageError('a resource cannot be retrieved by name across all namespaces')
    return { kind: 'names', targets }
  }
  if (selector !== undefined && all) throw usageError('cannot set --all and --selector at the same time')
  if (selector === undefined && !all && !allNamespaces) {
    const [first] = words
    if (first !== undefined)
      throw nameMissing(of, first, [
        `or all of a namespace:  ${commandLine(asked.verb, first, { all: true })}`,
      ])
    throw nothingNamed(
      asked,
      `or all of a label or a namespace:  ${commandLine(asked.verb, { selector: 'app=web' })}`,
    )
  }
  return defined({ kind: 'list', of, allNamespaces, selector })
}

function namedTargets(
  words: readonly string[],
  asked: AskedVerb,
): { of: TargetKind; targets: readonly NamedTarget[] } {
  const [first, ...rest] = words
  const of = first === undefined ? undefined : kindOf(first, asked)
  // `svc x y`: the kind stands once, and names follow; `svc,ingress x` is for other commands.
  if (of !== undefined && first !== undefined) {
    return { of, targets: unique(rest.map((word) => toTarget(first, plainName(word), asked))) }
  }
  refuseOtherKind(words, asked)
  return { of: asked.kinds[0], targets: unique(words.map((word) => readTarget(word, asked))) }
}

/** `pod x`: the first of several words is a kind to whoever knows kubectl. */
function refuseOtherKind([first = '', ...rest]: readonly string[], asked: AskedVerb): void {
  if (rest.length > 0 && !first.includes('/') && otherKinds.has(first.toLowerCase().split('.')[0]!))
    throw unknownKind(first, asked)
}

/** What people ask kubectl for, with its short names. */
const otherKinds: ReadonlySet<string> = new Set(
  `po pod pods deploy deployment deployments sts statefulset statefulsets ds daemonset daemonsets rs replicaset replicasets
  ep endpoints endpointslice endpointslices no node nodes ns namespace namespaces cm configmap configmaps job jobs cronjob
  cronjobs all hpa netpol networkpolicy networkpolicies secret secrets`.split(/\s+/),
)

/** `svc/x`, `x`. */
function readTarget(word: string, asked: AskedVerb): NamedTarget {
  const slash = word.indexOf('/')
  if (slash >= 0 && !/^[^/]+\/[^/]+$/.test(word))
    throw usageError(
      `arguments in resource/name form must have a single resource and name, not "${word}"`,
      `for example:  ${targetWord({ kind: asked.kinds[0].name, name: 'web' })}`,
    )
  return slash < 0
    ? toTarget(asked.kinds[0].name, word, asked)
    : toTarget(word.slice(0, slash), word.slice(slash + 1), asked)
}

function toTarget(word: string, name: string, asked: AskedVerb): NamedTarget {
  const [kind, ...namesakes] = kindsOf(word, asked)
  if (kind === undefined) throw unknownKind(word, asked)
  const refused = kind.refuseName(name)
  if (refused !== undefined)
    throw usageError(
      `"${name}" cannot be the name of ${article(kind.label)}: ${refused}`,
      ...(name.includes(',') ? ['several are written with blanks between them:  svc/web svc/shop'] : []),
    )
  return { kind, name, ...(namesakes.length === 0 ? {} : { namesakes }) }
}

function unknownKind(word: string, { verb, kinds }: AskedVerb): UserError {
  const [only, ...others] = kinds
  const one = targetWord({ kind: only.name, name: 'NAME' })
  if (others.length === 0)
    return usageError(`cannot ${verb} a "${word}": only ${only.label}s (${one}) for now`)
  const meant = didYouMean(
    word,
    kinds.flatMap(({ name, words }) => [name, ...words]),
  )
  return usageError(
    `cannot ${verb} a "${word}"`,
    ...(meant === undefined ? [] : [`did you mean ${meant}/NAME?`]),
    // A kind may stand there twice, for its group of today and the one of old.
    `what can be named, as TYPE/NAME:  ${[...new Set(kinds.map(typeWord))].join(', ')}`,
  )
}

function kindOf(word: string, asked: AskedVerb): TargetKind | undefined {
  return kindsOf(word, asked)[0]
}

function kindsOf(word: string, { kinds }: AskedVerb): TargetKind[] {
  // `services.v1.` is how kubectl writes the group that has no name.
  const lower = word.toLowerCase().replace(/\.$/, '')
  return kinds.filter(({ name, words }) => name === lower || words.includes(lower))
}

function plainName(word: string): string {
  if (!word.includes('/')) return word
  throw usageError(
    'there is no need to specify a resource type as a separate argument when passing arguments in resource/name form',
    'for example:  svc/web svc/shop   or   svc web shop',
  )
}

function unique(targets: readonly NamedTarget[]): NamedTarget[] {
  return distinctBy(targets, ({ kind, name }) => `${kind.name}/${name}`)
}

/** What one of them is called, and what a name without a kind means. */
function bare({ kinds: [{ name, label }, ...others] }: AskedVerb): { noun: string; word: string } {
  return {
    noun: others.length === 0 ? label : 'target',
    word: typeWord({ name }),
  }
}

function typeWord({ name }: Pick<TargetKind, 'name'>): string {
  return targetWord({ kind: name, name: '' }).slice(0, -1)
}

function nothingNamed(asked: AskedVerb, ...more: readonly string[]): UserError {
  const some = asked.kinds.slice(0, 2).map(({ name }) => targetWord({ kind: name, name: 'web' }))
  return usageError(
    `a ${bare(asked).noun} is required`,
    ...some.map((each, index) => `${index === 0 ? 'for example' : 'or'}:  ${commandLine(asked.verb, each)}`),
    ...more,
  )
}

function nameMissing({ label, name }: TargetKind, word: string, hints: readonly string[] = []): UserError {
  return usageError(
    `the name of the ${label} is missing after "${word}"`,
    `for example:  ${targetWord({ kind: name, name: 'web' })}`,
    ...hints,
  )
}

function article(label: string): string {
  return `${/^[AEIO]/.test(label) ? 'an' : 'a'} ${label}`
}
