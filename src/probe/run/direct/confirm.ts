import { createIdentifier } from '../../../agent/answers/identify.ts'
import type { Cluster } from '../../../cluster/index.ts'
import { podPath } from '../../../cluster/paths.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { IdentifyRule } from '../../../model/probe/observation.ts'
import type { Recogniser } from '../../count/recognise.ts'
import { needlesOf, ownerOf } from '../../plan/needles.ts'

/** So many pods are asked. */
const mostAsked = 3
/** Each, as one may say any name, and now and then its own. */
const times = 4
/** All of them, in milliseconds. */
const patienceMs = 3000

/** A run whose answers name pods. */
export interface Named {
  namespace: string
  /** The pods that are named, as `ownerOf` calls them. */
  named: ReadonlySet<string>
  /** All behind the Service. */
  endpoints: readonly Endpoint[]
  scheme: 'http' | 'https'
  path: string
  rule: IdentifyRule
  recogniser: Recogniser
}

/**
 * Asks pods the same, through the API server: one that says another's name, of a leader or a database, shows that names are not
 * of those who answer. Of one name that all answers say, others are asked. `unknown` where none could be asked.
 */
export async function confirmNames(
  cluster: Cluster,
  { namespace, named, endpoints, scheme, path, rule, recogniser }: Named,
  signal: AbortSignal,
): Promise<'own' | 'shared' | 'unknown'> {
  const isOne = named.size === 1
  const identify = createIdentifier(rule, needlesOf(endpoints).needles)
  const asked = endpoints.filter(
    (endpoint) => endpoint.pod !== undefined && endpoint.ready && named.has(ownerOf(endpoint)) !== isOne,
  )
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const found = await Promise.all(
    Array.from({ length: times }, () => asked.slice(0, mostAsked))
      .flat()
      .map(async (endpoint) => {
        const target = `${scheme === 'https' ? 'https:' : ''}${endpoint.pod}:${endpoint.port}`
        const url = `${podPath(namespace, target)}/proxy${path}`
        try {
          const answer = await cluster.answer(url, { signal: patience })
          // Of a gateway in between, perhaps about the pod.
          if (answer.status >= 502) return 'unknown'
          const says = recogniser.recognise(identify(answer))
          if (says?.kind !== 'pod') return isOne ? 'own' : 'unknown'
          return says.key === ownerOf(endpoint) ? 'own' : 'shared'
        } catch {
          // Not allowed, or no answer: perhaps another one.
          return 'unknown'
        }
      }),
  )
  return (['shared', 'own'] as const).find((one) => found.includes(one)) ?? 'unknown'
}
