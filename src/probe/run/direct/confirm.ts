import { createIdentifier } from '../../../agent/answers/identify.ts'
import type { Cluster } from '../../../cluster/index.ts'
import { podPath } from '../../../cluster/paths.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Identity, IdentifyRule } from '../../../model/probe/observation.ts'
import type { Recogniser } from '../../count/recognise.ts'
import { needlesOf, ownerOf } from '../../plan/needles.ts'
import { defined } from '../../../model/common/values.ts'

/** So many pods are asked whether names are their own. */
const mostAsked = 3
/** Each, as one may say any name, and now and then its own. */
const times = 4

/** What an endpoint said when it was asked past the Service. */
export interface Said {
  endpoint: Endpoint
  identity: Identity
  /** Of HTTP. */
  status?: number
}

/** Whose the names in answers are: of those who give them, of somebody else, or nobody could say. */
export type Whose = 'own' | 'shared' | 'unknown'

/** The pods to ask whether names are their own: those that are named, or others where there is one name only. */
export function podsToAsk(named: ReadonlySet<string>, endpoints: readonly Endpoint[]): Endpoint[] {
  const isOne = named.size === 1
  return endpoints
    .filter((endpoint) => endpoint.pod !== undefined && endpoint.ready)
    .filter((endpoint) => named.has(ownerOf(endpoint)) !== isOne)
    .slice(0, mostAsked)
}

/**
 * One that says another's name, of a leader or a database, shows that names are not of those who answer. That one says none
 * shows the same name to be of somebody else only if it was asked the same, which a refusal leaves open.
 */
export function whoseNames(named: ReadonlySet<string>, said: readonly Said[], recogniser: Recogniser): Whose {
  const whose = ({ endpoint, identity, status = 0 }: Said): Whose => {
    const says = recogniser.recognise(identity)
    if (says?.kind !== 'pod') return named.size === 1 && status < 400 ? 'own' : 'unknown'
    return says.key === ownerOf(endpoint) ? 'own' : 'shared'
  }
  const found = new Set(said.map(whose))
  return (['shared', 'own'] as const).find((one) => found.has(one)) ?? 'unknown'
}

/** How pods are asked. */
export interface Question {
  namespace: string
  scheme: 'http' | 'https'
  path: string
  rule: IdentifyRule
}

/** Asks pods through the API server, as far as that is allowed. What a gateway in between may have said is nobody's. */
export async function askThroughApi(
  cluster: Cluster,
  asked: readonly Endpoint[],
  all: readonly Endpoint[],
  { namespace, scheme, path, rule }: Question,
  signal: AbortSignal,
): Promise<Said[]> {
  const identify = createIdentifier(rule, needlesOf(all).needles)
  const answers = await Promise.all(
    Array.from({ length: times }, () => asked)
      .flat()
      .map(async (endpoint): Promise<Said[]> => {
        const target = `${scheme === 'https' ? 'https:' : ''}${endpoint.pod}:${endpoint.port}`
        try {
          const answer = await cluster.answer(`${podPath(namespace, target)}/proxy${path}`, { signal })
          const { status } = answer
          return status >= 502 ? [] : [{ endpoint, identity: identify(answer), ...defined({ status }) }]
        } catch {
          // Not allowed, or no answer: perhaps another one.
          return []
        }
      }),
  )
  return answers.flat()
}
