import { isEqual } from '../../../model/affinity/fields.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import type { Report } from '../../analyzer.ts'
import { doorsIn, hidesClients } from '../../doors.ts'
import { ingressClass, ingressClasses } from '../../ingress/objects.ts'
import { locationsOf } from '../../ingress/locations.ts'
import { annotationsOf } from '../../kit/controller.ts'
import type { Program } from '../../kit/programs/workloads.ts'
import { selects } from '../../service/endpoints/selector.ts'
import { sentBy } from '../controller.ts'
import { learnsAddresses, nginxProgramsFor } from '../running.ts'
import { fieldOf, hashesAddress, settingsOf } from '../settings.ts'
import { familyOf, hasAffinity, isCanary, primaryOf, upstreamOf } from '../upstream.ts'
import { annotate, isHashed, nginxAnalyzer } from './kit.ts'

export const hashLoses = nginxAnalyzer({
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

export const hashSubset = nginxAnalyzer({
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

export const hashConstant = nginxAnalyzer({
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

export const hashWeighted = nginxAnalyzer({
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

export const hashOfNodes = nginxAnalyzer({
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
  return metadata.namespace === namespace && selects(spec.selector ?? {}, labels)
}

function isOfController({ metadata, spec }: Service): boolean {
  return (
    metadata.labels?.['app.kubernetes.io/name'] === 'ingress-nginx' ||
    spec.selector?.['app.kubernetes.io/name'] === 'ingress-nginx' ||
    metadata.name === 'ingress-nginx-controller'
  )
}
