import type { Code } from '../../model/findings/code.ts'
import type { Mend } from '../../model/findings/mend.ts'
import { objectName } from '../../model/findings/finding.ts'
import { isEqual } from '../../model/affinity/fields.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { Analyzer, Report, View } from '../analyzer.ts'
import { renamed } from '../kit/annotations.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { coversHost, coversPath } from '../kit/cookies.ts'
import { at, list } from '../kit/loose.ts'
import type { Program } from '../kit/workloads.ts'
import { ingressAnalyzer } from '../ingress/analyzer.ts'
import { ingressClass, ingressClasses } from '../ingress/classes.ts'
import { controllerOf } from '../ingress/controllers.ts'
import { hasPattern, locationsOf } from '../ingress/locations.ts'
import { traefikNginxController } from '../traefik/controller.ts'
import { ingresses } from '../ingress/objects.ts'
import { hostsWithoutTls } from '../ingress/tls.ts'
import { doorsIn, hidesClients } from '../doors.ts'

import { controller, sentBy } from './controller.ts'
import { fieldOf, hashesAddress, prefix, settingsOf } from './settings.ts'
import { learnsAddresses, nginxProgramsFor } from './running.ts'
import { familyOf, hasAffinity, isCanary, isRegexHost, primaryOf, upstreamOf } from './upstream.ts'

interface Definition<C extends Code> {
  codes: readonly C[]
  applies?: (object: LooseObject) => boolean
  analyse: (object: LooseObject, view: View, report: Report<C>) => void
}

/** An analyzer of the Ingresses that ingress-nginx serves, as far as can be seen. */
function nginxAnalyzer<const C extends Code>({
  codes,
  applies = () => true,
  analyse,
}: Definition<C>): Analyzer {
  return ingressAnalyzer({
    by: controller,
    codes,
    applies: ({ ingress }) => applies(ingress),
    analyse: ({ ingress }, view, report) => analyse(ingress, view, report),
  })
}

const isHashed = (object: LooseObject): boolean => (settingsOf(object).get('upstream-hash-by') ?? '') !== ''

const isStickyMain = (object: LooseObject): boolean => hasAffinity(object) && !isCanary(object)

/** An annotation of an Ingress as it is to be; null takes it away. */
function annotate(object: LooseObject, key: string, value: string | null, replaces = false): Mend {
  return { deed: { kind: 'annotation', of: refOf(object), marks: { [prefix + key]: value }, replaces } }
}

const values = nginxAnalyzer({
  codes: ['AFF-NGX-VALUE-DROPPED'],
  analyse: (object, _view, report) => {
    for (const { key, value } of settingsOf(object).dropped) {
      const meant = key === 'affinity' ? 'cookie' : value.toLowerCase()
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
const dead = ingressAnalyzer({
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

const regexPath = nginxAnalyzer({
  codes: ['AFF-NGX-REGEX-COOKIE-PATH'],
  applies: hasAffinity,
  analyse: (object, { store }, report) => {
    if ((settingsOf(object).get('session-cookie-path') ?? '') !== '') return
    const family = familyOf(object, store)
    const found = locationsOf(object).find(({ path, host }) => hasPattern(path) && isRegexHost(host, family))
    if (found === undefined) return
    report('AFF-NGX-REGEX-COOKIE-PATH', {
      message: `the cookie gets the path ${found.path} as its Path, which is a regular expression: browsers never send it back`,
      why: 'Every request gets a new cookie and any pod. A test by hand (curl -b NAME=VALUE) hides it; curl with a cookie jar shows it.',
      mend: [annotate(object, 'session-cookie-path', '/')],
      field: `${found.field}.path`,
    })
  },
})

const lost = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-LOST'],
  applies: hasAffinity,
  analyse: (object, _view, report) => {
    const settings = settingsOf(object)
    const say = (key: string, message: string, mend: Mend): void =>
      report('AFF-NGX-COOKIE-LOST', {
        message,
        why: 'Each request without the cookie gets any pod and a new one. A test by hand that sends it (curl -b NAME=VALUE) hides it.',
        mend: [mend],
        field: fieldOf(key),
      })
    const ageKey = (['session-cookie-max-age', 'session-cookie-expires'] as const).find(
      (key) => settings.number(key) !== undefined,
    )
    const age = ageKey === undefined ? undefined : settings.number(ageKey)
    if (ageKey !== undefined && age !== undefined && age <= 0)
      say(
        ageKey,
        `${ageKey} ${age} makes a cookie that has expired when it comes`,
        annotate(object, ageKey, null),
      )
    const path = settings.get('session-cookie-path') ?? ''
    const domain = (settings.get('session-cookie-domain') ?? '').replace(/^\./, '').toLowerCase()
    for (const one of locationsOf(object)) {
      const isOutside = hasPattern(one.path)
        ? beginningsOf(one.path).some((begin) => !coversPath(path, begin) && !path.startsWith(begin))
        : !coversPath(path, one.path)
      if (isOutside) {
        const mend = annotate(object, 'session-cookie-path', '/', true)
        return say(
          'session-cookie-path',
          `the cookie of ${one.host}${one.path} is sent back below ${path} only`,
          mend,
        )
      }
      if (domain === '' || one.host.startsWith('*') || coversHost(domain, one.host)) continue
      const mend = annotate(object, 'session-cookie-domain', null)
      const message = `browsers refuse a cookie of ${one.host} for the domain ${domain}`
      return say('session-cookie-domain', message, mend)
    }
  },
})

/** What the paths of a pattern begin with, as far as it is words: `/de` and `/fr` of `/(de|fr)(/|$)`. */
function beginningsOf(pattern: string): string[] {
  const [, before = '', words, more = ''] = /^([\w/-]*)(?:\(([\w-]+(?:\|[\w-]+)*)\))?(.?)/.exec(pattern) ?? []
  if (words === undefined || '?*{'.includes(more || '.'))
    return [/[?*{]/.test(more) ? before.slice(0, -1) : before]
  return words.split('|').map((word) => before + word)
}

const patterns = nginxAnalyzer({
  codes: ['AFF-NGX-REGEX-OFF', 'AFF-NGX-PATH-TYPE'],
  applies: hasAffinity,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const { path, pathType, host, field } of locationsOf(object).filter((one) => hasPattern(one.path))) {
      if (!isRegexHost(host, family))
        report('AFF-NGX-REGEX-OFF', {
          message: `no Ingress of ${host} says use-regex: ${path} is taken to the letter`,
          why: 'No request has such a path, so none reaches the pods through it, and nobody gets its cookie.',
          mend: [annotate(object, 'use-regex', 'true', settingsOf(object).get('use-regex') !== undefined)],
          field: `${field}.path`,
        })
      if (pathType === 'Prefix' || pathType === 'Exact')
        report('AFF-NGX-PATH-TYPE', {
          message: `${path} is a regular expression, and its pathType is ${pathType}`,
          why: 'The admission webhook refuses it since v1.12 (strict-validate-path-type), and warns before.',
          mend: ['set pathType: ImplementationSpecific'],
          field: `${field}.pathType`,
        })
    }
  },
})

const serviceUpstream = nginxAnalyzer({
  codes: ['AFF-NGX-SERVICE-UPSTREAM'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { first } = upstreamOf(location, family)
      if (first === undefined || !settingsOf(first).is('service-upstream')) continue
      const ref = refOf(first)
      report('AFF-NGX-SERVICE-UPSTREAM', {
        message: `service-upstream${first === object ? '' : ` of ${objectName(ref)}`} sends everything to the cluster IP of ${location.service.name}: the cookie keeps nobody on a pod`,
        why: 'nginx knows one address only, and the Service proxy picks the pod behind it. The cookie is set all the same and means nothing.',
        mend: [annotate(first, 'service-upstream', null)],
        objects: [ref],
        at: { object: ref, field: fieldOf('service-upstream') },
      })
      return
    }
  },
})

const canary = nginxAnalyzer({
  codes: ['AFF-NGX-CANARY-AFFINITY'],
  applies: isCanary,
  analyse: (object, { store }, report) => {
    if (!hasAffinity(object)) return
    const family = familyOf(object, store)
    const mains = locationsOf(object).flatMap((one) => primaryOf(one, family) ?? [])
    const [main] = mains
    if (main === undefined) return
    const ref = refOf(main.object)
    const sticky = mains.find((one) => hasAffinity(one.object))
    if (sticky !== undefined) return overruled(object, sticky.object, report)
    report('AFF-NGX-CANARY-AFFINITY', {
      message: `affinity on a canary has no effect: ingress-nginx takes it from the main ${objectName(ref)}, which has none`,
      why: 'Each request draws again between the main Service and the canary, and no cookie is set.',
      mend: [
        annotate(main.object, 'affinity', 'cookie'),
        'write the session-cookie annotations there as well: the canary inherits them',
      ],
      objects: [refOf(object), ref],
      field: fieldOf('affinity'),
    })
  },
})

/** A canary that wants another cookie than its main Ingress has. */
function overruled(canary: LooseObject, main: LooseObject, report: Report<'AFF-NGX-CANARY-AFFINITY'>): void {
  const own = settingsOf(canary)
  if (own.get('affinity-canary-behavior') === 'legacy') return
  const key = cookieKeys.find(
    (name) => own.get(name) !== undefined && own.get(name) !== settingsOf(main).get(name),
  )
  if (key === undefined) return
  report('AFF-NGX-CANARY-AFFINITY', {
    message: `${key} on a canary has no effect: ingress-nginx takes the affinity of the main ${objectName(refOf(main))}, all of it`,
    why: 'One cookie keeps clients on the main Service or the canary, and on a pod there.',
    mend: [annotate(canary, key, null), `write it on ${objectName(refOf(main))}`],
    objects: [refOf(canary), refOf(main)],
    field: fieldOf(key),
  })
}

const hashLoses = nginxAnalyzer({
  codes: ['AFF-NGX-HASH-LOSES'],
  applies: isHashed,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { cookie, first = object } = upstreamOf(location, family)
      if (cookie === undefined && (isCanary(object) || sameHash(first, object))) continue
      if (cookie === undefined) return losesToFirst(object, first, report)
      const ref = refOf(cookie)
      const isSame = cookie === object
      report('AFF-NGX-HASH-LOSES', {
        message: isSame
          ? 'upstream-hash-by has no effect beside affinity: cookie, which wins'
          : `upstream-hash-by has no effect: ${objectName(ref)} sets affinity: cookie for the same Service and port, and the cookie wins for both`,
        why: isSame
          ? 'A Service and port have one balancer, and a cookie comes before a hash.'
          : `A Service and port have one balancer. On ${location.host} no cookie is set, so each request gets any pod.`,
        mend: isSame
          ? [annotate(object, 'upstream-hash-by', null)]
          : ['make a second Service with the same selector for one of the two'],
        objects: [refOf(object), ...(isSame ? [] : [ref])],
        field: fieldOf('upstream-hash-by'),
      })
      return
    }
  },
})

function sameHash(a: LooseObject, b: LooseObject): boolean {
  return settingsOf(a).get('upstream-hash-by') === settingsOf(b).get('upstream-hash-by')
}

/** The upstream is made with the hash of the Ingress that comes first, or with none (createUpstreams). */
function losesToFirst(object: LooseObject, first: LooseObject, report: Report<'AFF-NGX-HASH-LOSES'>): void {
  const name = objectName(refOf(first))
  const hash = settingsOf(first).get('upstream-hash-by') ?? ''
  report('AFF-NGX-HASH-LOSES', {
    message: `upstream-hash-by has no effect: ${name} leads to the same Service and port, and ${hash === '' ? 'has none' : `its ${hash} counts`}`,
    why: 'A Service and port have one balancer, with the hash of the oldest of their Ingresses, or with none.',
    mend: ['give both the same upstream-hash-by, or make a second Service with the same selector'],
    objects: [refOf(object), refOf(first)],
    field: fieldOf('upstream-hash-by'),
  })
}

const cookieKeys = [
  'session-cookie-name',
  'session-cookie-path',
  'session-cookie-domain',
  'session-cookie-max-age',
  'session-cookie-expires',
  'session-cookie-samesite',
  'session-cookie-secure',
  'affinity-mode',
] as const

const fight = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIES-FIGHT'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { members } = upstreamOf(location, family)
      const sticky = members.filter(hasAffinity)
      const other = sticky.find((one) => one !== object)
      const key = cookieKeys.find(
        (name) => other !== undefined && settingsOf(other).get(name) !== settingsOf(object).get(name),
      )
      if (other === undefined || key === undefined) continue
      const pair = sticky.filter((one) => one === object || one === other)
      const [loser = object, winner = other] = key === 'affinity-mode' ? pair.toReversed() : pair
      const ref = refOf(winner)
      report('AFF-NGX-COOKIES-FIGHT', {
        message: `${objectName(ref)} sets ${key} of the same Service and port differently: one of the two counts, for both`,
        why: 'The cookie belongs to the Service and port. The mode comes from the oldest Ingress that gives one, the rest from the youngest with affinity.',
        mend: ['give both the same annotations, or make a second Service with the same selector'],
        objects: [refOf(loser), ref],
        at: {
          object: refOf(loser),
          field: settingsOf(loser).get(key) === undefined ? fieldOf('affinity') : fieldOf(key),
        },
      })
      return
    }
  },
})

const notIssued = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-NOT-ISSUED'],
  applies: (object) => !hasAffinity(object) && !isCanary(object) && !isHashed(object),
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { cookie } = upstreamOf(location, family)
      if (cookie === undefined) continue
      const ref = refOf(cookie)
      report('AFF-NGX-COOKIE-NOT-ISSUED', {
        message: `${location.host}${location.path} sets no cookie, though ${objectName(ref)} makes ${location.service.name} sticky`,
        why: 'ingress-nginx sets the cookie only on the paths of Ingresses with affinity. Elsewhere it follows a cookie that comes and sets none.',
        mend: [annotate(object, 'affinity', 'cookie')],
        objects: [refOf(object), ref],
        field: `${location.field}.path`,
      })
      return
    }
  },
})

const hashSubset = nginxAnalyzer({
  codes: ['AFF-NGX-HASH-SUBSET'],
  applies: isHashed,
  analyse: (object, _view, report) => {
    if (!settingsOf(object).is('upstream-hash-by-subset')) return
    report('AFF-NGX-HASH-SUBSET', {
      message: 'upstream-hash-by-subset picks a pod of the subset at random for every request',
      why: 'The hash keeps a client on some pods, not on one.',
      mend: [annotate(object, 'upstream-hash-by-subset', null)],
      field: fieldOf('upstream-hash-by-subset'),
    })
  },
})

const hashConstant = nginxAnalyzer({
  codes: ['AFF-NGX-HASH-CONSTANT', 'AFF-NGX-HASH-ABSENT'],
  applies: (object) => isHashed(object) && !hasAffinity(object),
  analyse: (object, { store }, report) => {
    const key = settingsOf(object).get('upstream-hash-by') ?? ''
    const variables = [...key.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name)
    const isLacking = variables.length > 0 && variables.every((name) => /^(http|cookie|arg)_/.test(name))
    const isCounting = locationsOf(object).some((one) =>
      isEqual(sentBy(one, store).policy, { kind: 'hash', of: key }),
    )
    if (isLacking && isCounting)
      report('AFF-NGX-HASH-ABSENT', {
        message: `all requests without ${variables.map((name) => `$${name}`).join(' and ')} go to one pod`,
        why: 'nginx takes a variable that a request lacks for an empty text, which has one place on the ring, whoever sends it.',
        mend: ['see that every client sends it, or hash something that every request has, as $remote_addr'],
        field: fieldOf('upstream-hash-by'),
      })
    if (key.includes('$')) return
    report('AFF-NGX-HASH-CONSTANT', {
      message: `upstream-hash-by "${key}" names no variable of nginx: all requests go to one pod`,
      why: 'nginx hashes what variables stand for, and text as it is. The same text gives the same pod for everybody.',
      mend: ['name a variable: $arg_NAME, $http_NAME, $cookie_NAME, $remote_addr'],
      field: fieldOf('upstream-hash-by'),
    })
  },
})

const hashWeighted = nginxAnalyzer({
  codes: ['AFF-NGX-HASH-WEIGHTED'],
  applies: (object) => isHashed(object) && !hasAffinity(object),
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const main = isCanary(object) ? primaryOf(location, family) : undefined
      // It is said at the main Ingress where both have a hash.
      if (main !== undefined && isHashed(main.object)) continue
      const { policy, share = 1 } = sentBy(location, store)
      if (policy.kind !== 'hash' || share === 0 || share === 1) continue
      report('AFF-NGX-HASH-WEIGHTED', {
        message: `upstream-hash-by keeps nobody on a pod: each request draws between ${location.host}${location.path} and its canary first`,
        why: 'Only a cookie of ingress-nginx comes before canary-weight. The hash chooses among the pods of the Service that was drawn.',
        mend: ['send testers to the canary by canary-by-header or canary-by-cookie, or use affinity: cookie'],
        objects: [refOf(object), ...(main === undefined ? [] : [refOf(main.object)])],
        field: fieldOf('upstream-hash-by'),
      })
      return
    }
  },
})

const hashOfNodes = nginxAnalyzer({
  codes: ['AFF-NGX-HASH-OF-NODES'],
  applies: (object) => isHashed(object) && hashesAddress(annotationsOf(object)),
  analyse: (object, { store }, report) => {
    const all = doorsIn(store)
    const classes = store.fact(ingressClasses)
    const controllerClass = classes.known ? classes.value[ingressClass(object) ?? ''] : undefined
    const programs = controllerClass === undefined ? [] : nginxProgramsFor(controllerClass, store)
    if (programs.length > 0 && programs.every((one) => learnsAddresses(one, store))) return
    const own = (all.known ? all.value : []).filter((one) =>
      programs.length === 0 ? isOfController(one) : programs.some((program) => leadsTo(one, program)),
    )
    if (own.length === 0) {
      const what = 'the Service of ingress-nginx'
      report.cannot('AFF-NGX-HASH-OF-NODES', all.known ? { what, reason: 'not-known' } : all.why)
      return
    }
    const hiding = own.find(hidesClients)
    if (hiding === undefined) return
    const ref = refOf(hiding)
    const isAll = settingsOf(object).get('upstream-hash-by')?.match(/\$/g)?.length === 1
    report('AFF-NGX-HASH-OF-NODES', {
      message: `the hash is of the address that nginx sees, and ${objectName(ref)} has externalTrafficPolicy Cluster: that is a node's address`,
      why: `The Service proxy puts the node in the place of the client, ${isAll ? 'so everybody who comes through one node gets one pod' : 'and so it tells nobody who comes through one node apart; the rest of the key decides'}.`,
      mend: [
        { deed: { kind: 'fields', of: ref, fields: { spec: { externalTrafficPolicy: 'Local' } } } },
        'let the load balancer tell the address: PROXY protocol, or use-forwarded-headers',
        'use a cookie:  affinity: cookie',
      ],
      objects: [refOf(object), ref],
      field: fieldOf('upstream-hash-by'),
    })
  },
})

function leadsTo({ metadata, spec }: Service, { namespace, labels }: Program): boolean {
  const wanted = Object.entries(spec.selector ?? {})
  return (
    metadata.namespace === namespace &&
    wanted.length > 0 &&
    wanted.every(([key, value]) => labels[key] === value)
  )
}

function isOfController({ metadata, spec }: Service): boolean {
  return (
    metadata.labels?.['app.kubernetes.io/name'] === 'ingress-nginx' ||
    spec.selector?.['app.kubernetes.io/name'] === 'ingress-nginx' ||
    metadata.name === 'ingress-nginx-controller'
  )
}

const shared = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-SHARED'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const settings = settingsOf(object)
    // A balanced cookie of one Service is as good a key for another: only a record is lost.
    if (settings.get('affinity-mode') !== 'persistent') return
    const path = settings.get('session-cookie-path') ?? ''
    const name = settings.get('session-cookie-name')
    const own = locationsOf(object)
    for (const other of familyOf(object, store).filter(hasAffinity)) {
      const theirs = settingsOf(other)
      if (
        theirs.get('session-cookie-name') !== name ||
        theirs.get('session-cookie-path') !== settings.get('session-cookie-path')
      )
        continue
      const clash = locationsOf(other).find((one) =>
        own.some(
          (mine) =>
            mine.host === one.host &&
            (mine.service.name !== one.service.name || mine.port !== one.port) &&
            (path !== '' || mine.path === one.path),
        ),
      )
      if (clash === undefined) continue
      report('AFF-NGX-COOKIE-SHARED', {
        message: `${clash.service.name} on ${clash.host} sets a cookie of the same name and Path: each answer replaces the other's`,
        why: 'In persistent mode the value is a record of a pod of one Service. The other does not know it, picks again and sets its own.',
        mend: ['give each Service a session-cookie-name of its own'],
        objects: [refOf(object), ...(other === object ? [] : [refOf(other)])],
        field: fieldOf(name === undefined ? 'affinity' : 'session-cookie-name'),
      })
      return
    }
  },
})

const sameSite = nginxAnalyzer({
  codes: ['AFF-NGX-SAMESITE-INSECURE'],
  applies: hasAffinity,
  analyse: (object, _view, report) => {
    const settings = settingsOf(object)
    if (
      !/^none$/i.test(settings.get('session-cookie-samesite') ?? '') ||
      settings.is('session-cookie-secure')
    )
      return
    const [bare] = hostsWithoutTls(object)
    if (bare === undefined) return
    report('AFF-NGX-SAMESITE-INSECURE', {
      message: `SameSite=None without Secure on ${bare.host}, where nginx does not end TLS: browsers refuse the cookie`,
      why: 'nginx sets Secure by itself only where it speaks https. Behind a load balancer that ends TLS it does not; curl takes the cookie, browsers do not.',
      mend: [annotate(object, 'session-cookie-secure', 'true')],
      field: fieldOf('session-cookie-samesite'),
    })
  },
})

/** About the controller, so that one of its Ingresses stands for all of them. */
const retired = ingressAnalyzer({
  codes: ['AFF-NGX-RETIRED'],
  analyse: ({ ingress }, view, report) => {
    const first = view.objects(ingresses).find((one) => controllerOf(one, view.store) === controller)
    if (ingress !== first) return
    report('AFF-NGX-RETIRED', {
      message: 'ingress-nginx is retired: no releases and no security fixes since March 2026',
      why: "Traefik's ingress-nginx provider reads most of the same annotations; Gateway API, Istio and Envoy Gateway have affinity of their own.",
      mend: [],
    })
  },
})

export const analyzers: readonly Analyzer[] = [
  values,
  dead,
  regexPath,
  lost,
  patterns,
  serviceUpstream,
  canary,
  hashLoses,
  fight,
  notIssued,
  hashSubset,
  hashConstant,
  hashWeighted,
  hashOfNodes,
  shared,
  sameSite,
  retired,
]
