import { formatDuration } from '../../model/common/words/amounts.ts'
import { matchPolicy, type Policy } from '../../model/affinity/policy.ts'

/** `None`, `ClientIP 3h0m0s`, `cookie "route", 1h0m0s`: what clients are kept by, in a few words. */
export function affinityWords(policy: Policy): string {
  return matchPolicy(policy, {
    none: () => 'None',
    'client-ip': ({ timeoutSeconds }) => `ClientIP ${formatDuration(timeoutSeconds)}`,
    cookie: ({ name, path, ttlSeconds, secure }) =>
      [
        name === undefined ? 'cookie' : `cookie "${name}"`,
        ...(path === undefined ? [] : [`path ${path}`]),
        ttlSeconds === undefined ? 'until the browser closes' : `for ${formatDuration(ttlSeconds)}`,
        ...(secure === true ? ['secure'] : []),
      ].join(', '),
    header: ({ name }) => (name === undefined ? 'a header' : `header "${name}"`),
    hash: ({ of }) => `hash of ${of}`,
    unknown: ({ why }) => why ?? 'not known',
  })
}
