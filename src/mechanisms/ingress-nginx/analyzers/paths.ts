import { hasPattern, locationsOf } from '../../ingress/locations.ts'
import { settingsOf } from '../settings.ts'
import { familyOf, hasAffinity, isRegexHost } from '../upstream.ts'
import { annotate, nginxAnalyzer } from './kit.ts'

export const regexPath = nginxAnalyzer({
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

export const patterns = nginxAnalyzer({
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
