import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Leg } from '../../model/affinity/leg.ts'
import type { Store } from '../../model/cluster/store.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import type { IngressBackend, Served } from '../kit/controller.ts'
import { targetKind } from '../kit/objects/types.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { behind } from './backends.ts'
import { ingressClass, ingressClasses, ingresses } from './objects.ts'
import { servingOf } from './controllers.ts'
import { ingressPrograms } from './running.ts'
import { defined } from '../../model/common/values.ts'
import { hostsWithoutTls } from './tls.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { countOf } from '../../model/common/words/amounts.ts'

/** `ingress/shop`. */
export const ingressKind = targetKind(
  ingresses,
  (object) => {
    const className = ingressClass(object)
    const rules = list(at(object.spec, 'rules'))
    const hosts = new Set(rules.map((rule) => text(record(rule)['host']) ?? '*'))
    const paths = rules.flatMap((rule) => list(at(rule, 'http.paths')))
    return [
      className === undefined ? 'default class' : `class ${className}`,
      `${countOf(hosts.size, 'host')}, ${countOf(paths.length, 'path')}`,
    ]
  },
  { shortNames: ['ing'] },
)

/** Ingress of networking.k8s.io, whoever implements it. */
export const ingress: Mechanism = {
  name: 'ingress',
  label: 'Ingress',
  targets: [ingressKind],
  routes: [ingresses],
  reads: [ingressClasses, ingressPrograms],
  legs: legsByType(drawnBy(ingresses, ingressLegs)),
  plain: (object, host) => {
    const found = hostsWithoutTls(object).find((one) => one.host === host)
    return (
      found && {
        who: 'the Ingress',
        mend: `add ${host === '*' ? 'the host' : host} to tls of the Ingress`,
        at: { object: refOf(object), field: found.field },
      }
    )
  },
  analyzers,
}

function ingressLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const { controller, isAssumed } = servingOf(object, store)
  const name = controller?.name ?? ingressClass(object) ?? 'unknown controller'
  const all = behind(object, store)
    .filter(({ backend }) => !isAction(backend))
    .flatMap(({ part, backend, places }) => places.map((place) => ({ part, backend, place })))
  return all.flatMap(({ part, backend, place }) => {
    const { host, path } = place
    const sent = controller?.serve({ ...backend, place }, store) ?? unknownWay
    const { policy, arrival, configuredBy = [], note, share, among, when } = sent
    return sendingLegs(
      {
        from: { object: ref, part: `${host}${path} ${part}` },
        entries: [hostEntry(ref, host, path, when)],
        to: backend.to,
        hop: {
          kind: 'ingress',
          mechanism: isAssumed && controller !== undefined ? `${name}, assumed` : name,
          configuredBy: [ref, ...configuredBy],
          policy,
          ...defined({ among, note }),
        },
        arrival,
        share,
      },
      store,
    )
  })
}

/** An action of AWS, whose name is no Service's: its arrows are drawn there. */
function isAction({ port }: Pick<IngressBackend, 'port'>): boolean {
  return port === 'use-annotation'
}

const unknownWay: Served = { policy: { kind: 'unknown' }, arrival: 'unknown' }
