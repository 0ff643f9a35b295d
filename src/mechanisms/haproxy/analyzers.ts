import { objectName } from '../../model/findings/finding.ts'
import { refOf } from '../../model/cluster/object.ts'
import type { Analyzer } from '../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../ingress/analyzer.ts'
import { behind } from '../ingress/backends.ts'
import { controllerOf } from '../ingress/controllers.ts'
import { ingresses } from '../ingress/objects.ts'
import { annotationField, type IngressBackend } from '../kit/controller.ts'
import { enabling } from '../kit/write/enabling.ts'
import { seenVersion } from '../kit/programs/workloads.ts'
import { isAtLeastVersion } from '../kit/programs/version.ts'
import { cookieKey, haproxytech, programsOfHaproxytech, readKey, staticCookieKey } from './haproxytech.ts'
import { jcmoraisjr, keyNames, readKey as readCommunityKey } from './jcmoraisjr.ts'

const onIngress = ingressAnalyzer({
  by: haproxytech,
  codes: ['AFF-HAP-COOKIE-ON-INGRESS'],
  analyse: ({ ingress, backends }, { store }, report) => {
    const seen = seenVersion(programsOfHaproxytech(store))
    const later = 'later versions read it from the Service or the ConfigMap only'
    const ofVersion = (key: string): string => {
      if (seen === undefined) return `${key} on an Ingress works up to 3.2; ${later}, and ignore it here`
      return isAtLeastVersion(seen.version, [3, 3]) === true
        ? `${key} on an Ingress is ignored by ${seen.text}, which runs here: since 3.3 it is read from the Service or the ConfigMap only`
        : `${key} on an Ingress works in ${seen.text}, which runs here, and not after an update: ${later}`
    }
    for (const name of [cookieKey, staticCookieKey]) {
      const found = readKey(name, { ingress, service: undefined })
      if (found === undefined) continue
      // Where each Service says it itself, the Ingress need not.
      const without = backends.filter(({ service }) => readKey(name, { ingress, service })?.of !== 'service')
      if (without.length === 0) continue
      const services = [...new Set(without.map(({ to }) => `service/${to.name}`))].join(', ')
      report('AFF-HAP-COOKIE-ON-INGRESS', {
        message: ofVersion(found.key),
        why: 'All Ingresses of a Service share one backend of HAProxy, so that one of them cannot decide for it.',
        mend: [enabling(ingress, { cookie: found.value }), `put the same annotation on ${services}`],
        field: annotationField(found.key),
      })
    }
  },
})

const both = ingressAnalyzer({
  by: haproxytech,
  codes: ['AFF-HAP-BOTH-COOKIES'],
  analyse: ({ ingress, backends }, _view, report) => {
    for (const backend of backends) {
      const found = [cookieKey, staticCookieKey].map((name) => readKey(name, backend))
      const [dynamic, fixed] = found
      if (dynamic === undefined || fixed === undefined) continue
      const object = fixed.of === 'service' ? (backend.service ?? backend.ingress) : backend.ingress
      report('AFF-HAP-BOTH-COOKIES', {
        message: `${dynamic.key} and ${fixed.key} are both set for service/${backend.to.name}: neither is applied`,
        why: 'A backend has one cookie; the controller logs an error and sets none.',
        mend: [enabling(ingress, { cookie: dynamic.value }), `take ${fixed.key} away`],
        ...placedAt(object, annotationField(fixed.key)),
      })
      return
    }
  },
})

const value = ingressAnalyzer({
  by: jcmoraisjr,
  codes: ['AFF-HAP-AFFINITY-VALUE'],
  analyse: ({ ingress, backends }, _view, report) => {
    for (const backend of backends) {
      const found = readCommunityKey('affinity', backend)
      if (found === undefined || found.value === 'cookie') continue
      const object = found.of === 'service' ? (backend.service ?? backend.ingress) : backend.ingress
      report('AFF-HAP-AFFINITY-VALUE', {
        message: `${found.key} is "cookie" or absent, and not "${found.value}": nothing is set`,
        why: 'The controller logs an error, and clients do not stay on a pod.',
        mend: [
          enabling(ingress, {
            cookie: readCommunityKey('session-cookie-name', backend)?.value || 'INGRESSCOOKIE',
          }),
          `${found.key}: cookie`,
        ],
        ...placedAt(object, annotationField(found.key)),
      })
      return
    }
  },
})

/** What is taken in the place of a value that is not known: the first. */
const known: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'session-cookie-strategy': ['insert', 'rewrite', 'prefix'],
  'session-cookie-value-strategy': ['server-name', 'pod-uid'],
}

const cookieValue = ingressAnalyzer({
  by: jcmoraisjr,
  codes: ['AFF-HAP-COOKIE-VALUE'],
  analyse: ({ backends }, _view, report) => {
    const sticky = backends.find((backend) => readCommunityKey('affinity', backend)?.value === 'cookie')
    if (sticky === undefined) return
    for (const [name, values] of Object.entries(known)) {
      const found = readCommunityKey(name, sticky)
      if (found === undefined || found.value === '' || values.includes(found.value)) continue
      const object = found.of === 'service' ? (sticky.service ?? sticky.ingress) : sticky.ingress
      report('AFF-HAP-COOKIE-VALUE', {
        message: `${found.key} "${found.value}" is not known: ${values[0]} is taken instead`,
        why: 'The controller warns in its log only. The cookie keeps clients, but not in the way that was asked for.',
        mend: [`write one of ${values.join(', ')}`],
        ...placedAt(object, annotationField(found.key)),
      })
    }
  },
})

/** Values of two Ingresses for one backend: which one wins is decided by the order in which they are read. */
const conflict = ingressAnalyzer({
  by: jcmoraisjr,
  codes: ['AFF-HAP-CONFLICT'],
  analyse: ({ ingress, backends }, view, report) => {
    const { store } = view
    const all = view.objects(ingresses).filter((one) => controllerOf(one, store) === jcmoraisjr)
    const later = all.slice(all.indexOf(ingress) + 1).flatMap((one) => behind(one, store))
    for (const first of backends) {
      for (const { backend: second } of later) {
        const isSame = second.to.name === first.to.name && second.to.namespace === first.to.namespace
        const name = isSame && second.port === first.port ? differing(first, second) : undefined
        if (name === undefined) continue
        const key = (readCommunityKey(name, second) ?? readCommunityKey(name, first))?.key ?? name
        const refs = [refOf(ingress), refOf(second.ingress)]
        report('AFF-HAP-CONFLICT', {
          message: `${refs.map(objectName).join(' and ')} set ${name} of service/${first.to.name} to different values`,
          why: 'A Service has one backend in HAProxy, whose settings are those of one of them.',
          mend: ['set it on the Service', 'give both Ingresses the same value'],
          ...placedAt(second.ingress, annotationField(key)),
          objects: refs,
        })
      }
    }
  },
})

/** A setting that is not the same for two Ingresses, where both have a say. */
function differing(one: IngressBackend, other: IngressBackend): string | undefined {
  return keyNames.find((name) => {
    const [a, b] = [readCommunityKey(name, one), readCommunityKey(name, other)]
    return a?.value !== b?.value && a?.of !== 'service' && b?.of !== 'service'
  })
}

export const analyzers: readonly Analyzer[] = [onIngress, both, value, cookieValue, conflict]
