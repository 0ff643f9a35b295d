import { UserError } from '../model/user-error.ts'

/** Which Services the user means. */
export type ServiceQuery =
  | { kind: 'names'; names: readonly string[] }
  | { kind: 'list'; selector?: string; allNamespaces: boolean }

export interface QueryFlags {
  selector?: string | undefined
  allNamespaces?: boolean | undefined
  all?: boolean | undefined
}

const serviceWords = new Set(['service', 'services', 'svc', 'service.v1', 'services.v1'])

/** DNS-1035 label, the rule for Service names (k8s.io/apimachinery, IsDNS1035Label), digits allowed first as of 1.35. */
const objectName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/**
 * The Services in `svc/x svc/y`, `svc x y`, `x y`, `svc -l app=x`, `-A`, `--all`, as kubectl reads resources.
 * `verb` is for messages: `explain`. Throws UserError (exit code 2) for words that do not go together.
 */
export function parseServiceQuery(words: readonly string[], flags: QueryFlags, verb: string): ServiceQuery {
  const { selector, all = false, allNamespaces = false } = flags
  const names = serviceNames(words, verb)
  if (names.length > 0) {
    if (selector !== undefined) throw usage('name cannot be provided when a selector is specified')
    if (all) throw usage('name cannot be provided when --all is specified')
    if (allNamespaces) throw usage('a resource cannot be retrieved by name across all namespaces')
    return { kind: 'names', names: [...new Set(names)] }
  }
  if (selector !== undefined && all) throw usage('cannot set --all and --selector at the same time')
  if (selector === undefined && !all && !allNamespaces) {
    throw usage('a Service is required', [
      `for example:  kubectl affinity ${verb} svc/web`,
      `or all of a label or a namespace:  kubectl affinity ${verb} -l app=web`,
    ])
  }
  return { kind: 'list', allNamespaces, ...(selector === undefined ? {} : { selector }) }
}

function serviceNames(words: readonly string[], verb: string): string[] {
  const [first, ...rest] = words
  if (first === undefined) return []
  // `svc x y`: the kind stands once, and names follow; `svc,ingress x` is for other commands.
  if (serviceWords.has(first.toLowerCase())) return rest.map((word) => nameOf(plainName(word)))
  return words.map((word) => {
    const slash = word.indexOf('/')
    if (slash < 0) return nameOf(word)
    const kind = word.slice(0, slash)
    if (!serviceWords.has(kind.toLowerCase())) {
      throw usage(`cannot ${verb} a "${kind}": only Services (svc/NAME) for now`)
    }
    return nameOf(word.slice(slash + 1))
  })
}

function plainName(word: string): string {
  if (!word.includes('/')) return word
  throw usage(
    'there is no need to specify a resource type as a separate argument when passing arguments in resource/name form',
    ['for example:  svc/web svc/shop   or   svc web shop'],
  )
}

function nameOf(name: string): string {
  if (objectName.test(name)) return name
  throw usage(`"${name}" cannot be the name of a Service: lower case letters, digits and "-", 63 at most`)
}

function usage(message: string, hints: readonly string[] = []): UserError {
  return new UserError(message, { hints, exitCode: 2 })
}
