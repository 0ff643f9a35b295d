import type { Wish } from '../../model/affinity/intent.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { annotating, type AnnotationMarks } from '../ingress/annotating.ts'
import { algorithmKey, filterKey, skipper } from './controller.ts'
import { skipperPrograms } from './usual.ts'

/** Two annotations on the Ingress: the algorithm, and among the filters what it hashes. Skipper makes no cookie. */
export const skipperChange = annotating({
  name: 'skipper',
  controller: skipper,
  at: 'ingress',
  isEachItsOwn: true,
  reads: skipperPrograms.reads ?? [],
  cookie: () => ({ by: 'Skipper', isHashed: true, isOfApplication: true }),
  marks: (wish, { object }) => ({
    [algorithmKey]: 'consistentHash',
    ...filtersWith(object, keyFor(wish)),
  }),
  unmarks: (object) => {
    const { [algorithmKey]: algorithm } = object.metadata.annotations ?? {}
    return algorithm === 'consistentHash' ? { [algorithmKey]: null, ...filtersWith(object, []) } : {}
  },
})

/** Without a key the address of the client is hashed. */
function keyFor(wish: Wish): string[] {
  return wish.kind === 'source-ip' ? [] : [`consistentHashKey("\${request.${wish.kind}.${wish.name}}")`]
}

const key = /\s*\bconsistentHashKey\(\s*(?:"[^"]*"|`[^`]*`|'[^']*')\s*\)\s*/

/** The filters with another key, or with none; others stay as they are. */
function filtersWith({ metadata }: KubernetesObject, keys: readonly string[]): AnnotationMarks {
  const now = metadata.annotations?.[filterKey]
  const kept = (now ?? '')
    .replace(new RegExp(`->${key.source}|${key.source}->|^${key.source}$`, 'g'), '')
    .trim()
  const all = [...(kept === '' ? [] : [kept]), ...keys].join(' -> ')
  if (all === (now ?? '')) return {}
  return { [filterKey]: all === '' ? null : all }
}
