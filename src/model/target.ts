import { UserError } from './user-error.ts'

/** What the user names: a kind of object and its name. */
export interface Target {
  kind: 'service'
  name: string
}

const kinds: Record<string, Target['kind']> = {
  service: 'service',
  services: 'service',
  svc: 'service',
  'service.v1': 'service',
  'services.v1': 'service',
}

/** DNS-1035 label, the rule for Service names (k8s.io/apimachinery, IsDNS1035Label), digits allowed first as of 1.35. */
const objectName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/**
 * The target in `svc/NAME`, `svc NAME` or `NAME`, as kubectl reads resources.
 * Throws UserError for an unknown kind, a name that no Service can have, or the wrong number of words.
 */
export function parseTarget(words: readonly string[]): Target {
  const [first, second, ...rest] = words
  if (first === undefined) {
    throw new UserError('a Service is required', { hints: ['for example: svc/web'], exitCode: 2 })
  }
  if (rest.length > 0 || (second !== undefined && (first.includes('/') || !(first.toLowerCase() in kinds)))) {
    throw new UserError(
      `one Service at a time: cannot probe ${words.map((word) => `"${word}"`).join(', ')}`,
      {
        hints: ['name it as svc/NAME, svc NAME or NAME'],
        exitCode: 2,
      },
    )
  }
  if (second !== undefined) return toTarget(first, second)
  const slash = first.indexOf('/')
  if (slash >= 0) return toTarget(first.slice(0, slash), first.slice(slash + 1))
  if (first.toLowerCase() in kinds) {
    throw new UserError(`the name of the Service is missing after "${first}"`, { exitCode: 2 })
  }
  return toTarget('service', first)
}

function toTarget(kindWord: string, name: string): Target {
  const kind = kinds[kindWord.toLowerCase()]
  if (kind === undefined) {
    throw new UserError(`cannot probe a "${kindWord}": only Services (svc/NAME) for now`, { exitCode: 2 })
  }
  if (!objectName.test(name)) {
    throw new UserError(
      `"${name}" cannot be the name of a Service: lower case letters, digits and "-", 63 at most`,
      {
        exitCode: 2,
      },
    )
  }
  return { kind, name }
}
