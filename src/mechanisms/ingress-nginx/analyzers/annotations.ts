import type { LooseObject } from '../../../model/cluster/object.ts'
import { parseDuration } from '../../../model/common/words/amounts.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import { ingressAnalyzer } from '../../ingress/analyzer.ts'
import { renamed } from '../../kit/write/annotations.ts'
import { annotationField, annotationsOf } from '../../kit/controller.ts'
import { at, list } from '../../kit/objects/loose.ts'
import { traefikNginxController } from '../../traefik/ingress/controller.ts'
import { controller } from '../controller.ts'
import { fieldOf, prefix, settingsOf } from '../settings.ts'
import { annotate, nginxAnalyzer } from './kit.ts'

export const values = nginxAnalyzer({
  codes: ['AFF-NGX-VALUE-DROPPED'],
  analyse: (object, _view, report) => {
    for (const { key, value } of settingsOf(object).dropped) {
      const ms = parseDuration(value)
      const meant = key === 'affinity' ? 'cookie' : ms === undefined ? value.toLowerCase() : String(ms / 1000)
      const isMeant = settingsOf({
        ...object,
        metadata: { name: '', annotations: { [prefix + key]: meant } },
      })
      report('AFF-NGX-VALUE-DROPPED', {
        message: `${key} "${value}" is not a value that ingress-nginx takes: the annotation counts as absent`,
        why: 'Values are checked to the letter since v1.12. The admission webhook refuses such an Ingress; without it the annotation is dropped.',
        mend: isMeant.dropped.length === 0 ? [annotate(object, key, meant, true)] : [],
        field: fieldOf(key),
      })
    }
    const secure = annotationsOf(object)[`${prefix}session-cookie-secure`] ?? ''
    if (/^(false|f|0)$/i.test(secure) && hasTls(object))
      report('AFF-NGX-VALUE-DROPPED', {
        message: `session-cookie-secure "${secure}" counts as absent: where nginx ends TLS the cookie is Secure all the same`,
        why: 'A value that is false is not handed on, and without one the cookie is Secure where nginx itself speaks https. Over http browsers do not send it back.',
        mend: [annotate(object, 'session-cookie-secure', null, true)],
        field: fieldOf('session-cookie-secure'),
      })
  },
})

/** Whether TLS is ended for a host of the Ingress. */
function hasTls({ spec }: LooseObject): boolean {
  return list(at(spec, 'tls')).length > 0
}

const oldPrefix = 'ingress.kubernetes.io/'

/** Traefik reads the annotations of today as well, and these as little. */
export const dead = ingressAnalyzer({
  codes: ['AFF-NGX-DEAD-ANNOTATION'],
  applies: ({ controller: by }) => by === controller || by === traefikNginxController,
  analyse: ({ ingress: object }, _view, report) => {
    const annotations = annotationsOf(object)
    const say = (key: string, message: string, mend: Mend): void =>
      report('AFF-NGX-DEAD-ANNOTATION', {
        message,
        why: 'It is still in many tutorials. The controller does not read it.',
        mend: [mend],
        field: annotationField(key),
      })
    if (annotations[`${prefix}session-cookie-hash`] !== undefined)
      say(
        `${prefix}session-cookie-hash`,
        'session-cookie-hash has no effect since 0.24 (2019)',
        annotate(object, 'session-cookie-hash', null),
      )
    if (annotations[`${prefix}load-balance`] === 'ip_hash')
      say(
        `${prefix}load-balance`,
        'load-balance ip_hash does not exist any more: requests are spread round robin',
        annotate(object, 'upstream-hash-by', '$remote_addr'),
      )
    for (const key of ['affinity', 'session-cookie-name', 'sticky-cookie-name'])
      if (annotations[oldPrefix + key] !== undefined)
        say(
          oldPrefix + key,
          `the prefix ${oldPrefix} is not read since 2018`,
          renamed(object, oldPrefix + key, prefix + key),
        )
  },
})
