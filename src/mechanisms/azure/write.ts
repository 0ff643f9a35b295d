import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { refusal } from '../changing.ts'
import { annotating, type AnnotationMarks } from '../ingress/annotating.ts'
import { affinityKey, agic, distinctNameKey } from './controller.ts'

const cookie = { by: 'Application Gateway', name: 'ApplicationGatewayAffinity' } as const

/** One annotation on the Ingress, and one more for several Services: then each cookie has a name of its own. */
export const agicChange = annotating({
  name: 'azure',
  controller: agic,
  at: 'ingress',
  isEachItsOwn: true,
  cookie: () => cookie,
  marks: (wish, { services }) =>
    wish.kind === 'cookie'
      ? { [affinityKey]: 'true', ...(services.length > 1 ? { [distinctNameKey]: 'true' } : {}) }
      : refusal('Application Gateway keeps clients by its cookie only', {
          remedy: 'by-the-cookie',
          name: cookie.name,
        }),
  unmarks: ({ metadata: { annotations = {} } }: KubernetesObject): AnnotationMarks =>
    Object.fromEntries(
      [affinityKey, distinctNameKey].filter((key) => key in annotations).map((key) => [key, null]),
    ),
})
