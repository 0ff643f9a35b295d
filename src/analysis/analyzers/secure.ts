import { type Analyzer, analyzer, type View } from '../../mechanisms/analyzer.ts'
import { ingresses } from '../../mechanisms/ingress/objects.ts'
import { mechanisms } from '../../mechanisms/index.ts'
import type { PlainHost } from '../../mechanisms/mechanism.ts'
import type { CookiePolicy } from '../../model/affinity/policy.ts'
import type { Path } from '../../model/affinity/leg.ts'
import { countOf } from '../../model/common/words/amounts.ts'
import { isSame, keyOf, type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'

/** The Secure cookie of a way, if that has one which counts. */
function cookieOf({ hops }: Path): CookiePolicy | undefined {
  for (const { policy, role } of hops)
    if (policy.kind === 'cookie' && policy.secure === true && role !== 'no-effect') return policy
  return undefined
}

function plainHost({ entry: { of, host } }: Path, view: View): PlainHost | undefined {
  if (host === undefined) return undefined
  for (const { routes, plain } of mechanisms) {
    const type = plain && routes.find(({ kind, group }) => kind === of.kind && group === (of.group ?? ''))
    const object = type && view.objects(type as ObjectType<LooseObject>).find((one) => isSame(refOf(one), of))
    if (object !== undefined) return plain?.(object, host, view.store)
  }
  return undefined
}

/** Cookies that come by https alone, where what opens the host speaks http only. */
export const secureCookie: Analyzer = analyzer({
  codes: ['AFF-L7-SECURE-COOKIE'],
  needs: [ingresses],
  applies: ({ paths, store }) =>
    !store.list(ingresses).known ||
    paths.some(({ hops }) => hops.some(({ policy }) => policy.kind === 'cookie')),
  analyse: (view, report) => {
    const met = view.paths.flatMap((path) => {
      const cookie = cookieOf(path)
      const plain = cookie === undefined ? undefined : plainHost(path, view)
      return plain === undefined ? [] : [{ ...plain, name: cookie?.name, host: path.entry.host ?? '*' }]
    })
    for (const same of Map.groupBy(met, ({ at, name }) => `${keyOf(at.object)} ${name}`).values()) {
      const [first] = same
      if (first === undefined) continue
      const { name, who, unless, mend, at } = first
      const [host = '*', ...more] = [...new Set(same.map((one) => one.host))]
      const hosts = `${host === '*' ? 'any host' : host}${more.length === 0 ? '' : ` and ${countOf(more.length, 'more host')}`}`
      report('AFF-L7-SECURE-COOKIE', {
        message: `the cookie${name === undefined ? '' : ` ${name}`} is Secure, and ${who} has no TLS for ${hosts}${unless === undefined ? '' : `, unless ${unless}`}`,
        why: 'Browsers take no such cookie over http and send none: every request may go to another pod. Where TLS ends in front of the proxy, it is as it should be.',
        mend: [mend, 'let the cookie be without Secure'],
        objects: [at.object],
        at,
      })
    }
  },
})
