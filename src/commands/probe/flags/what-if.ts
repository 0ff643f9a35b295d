import { parseDuration } from '../../../model/common/words/amounts.ts'
import { didYouMean } from '../../../model/common/words/spelling.ts'
import { invalidValue, UserError } from '../../../model/common/user-error.ts'
import type { ServiceChange } from '../../../probe/shadow/service/change.ts'
import { commandLine } from '../../../model/targets/command.ts'

const flag = 'what-if'
const longestTimeoutSeconds = 86_400

/** What each key may be, and what it means. */
const readers: Record<string, (value: string, text: string) => ServiceChange> = {
  timeout: (value, text) => {
    const seconds = (parseDuration(value) ?? Number.NaN) / 1000
    if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= longestTimeoutSeconds))
      throw invalidValue(flag, text, 'the timeout must be whole seconds from 1s to 24h')
    return { timeoutSeconds: seconds }
  },
  affinity: (value, text) => ({ sessionAffinity: oneOf(['ClientIP', 'None'], value, text) }),
  internalTrafficPolicy: (value, text) => ({
    internalTrafficPolicy: oneOf(['Cluster', 'Local'], value, text),
  }),
}

/** Proxies send pods on past `Local` (docs/entries.md): whatever entry the client used, it would see no difference. */
function onlyFromOutside(text: string): UserError {
  return invalidValue(
    flag,
    text,
    'externalTrafficPolicy is for clients outside the cluster, and the client here is a pod',
    [
      `see from this machine what node ports and load balancers do:  ${commandLine('probe', 'svc/NAME', '--clients 0 --via-local')}`,
    ],
  )
}

function oneOf<T extends string>(allowed: readonly T[], value: string, text: string): T {
  const found = allowed.find((word) => word === value)
  if (found !== undefined) return found
  const near = didYouMean(value, allowed)
  throw invalidValue(
    flag,
    text,
    `must be ${allowed.join(' or ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
  )
}

/**
 * Reads `--what-if KEY=VALUE[,KEY=VALUE…]`, given once or more. Throws UserError (usage) for what no Service can be: an
 * unknown key, one that comes twice, a value that the API server would refuse, a timeout without affinity.
 */
export function parseWhatIf(texts: readonly string[]): ServiceChange {
  const seen = new Set<string>()
  let change: ServiceChange = {}
  for (const text of texts.flatMap((one) => one.split(','))) {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw invalidValue(flag, text, 'must be KEY=VALUE, for example timeout=5s')
    if (key === 'externalTrafficPolicy') throw onlyFromOutside(text)
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined
    if (read === undefined) {
      const near = didYouMean(key, Object.keys(readers))
      throw invalidValue(
        flag,
        text,
        `the key must be one of ${Object.keys(readers).join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
      )
    }
    if (seen.has(key)) throw invalidValue(flag, text, `${key} is given twice`)
    seen.add(key)
    change = { ...change, ...read(value, text) }
  }
  if (change.sessionAffinity === 'None' && change.timeoutSeconds !== undefined)
    throw invalidValue(flag, texts.join(','), 'without affinity there is no timeout')
  return change
}
