import { isEqual } from '../../../model/affinity/fields.ts'
import { groupOf, keyOf, type LooseObject, refTo } from '../../../model/cluster/object.ts'
import type { FactType, Store } from '../../../model/cluster/store.ts'
import { byAge } from '../../kit/objects/age.ts'
import { annotationsOf } from '../../kit/controller.ts'
import { services } from '../../service/objects.ts'
import { balancersIn, type Member, ownPolicy } from './balance.ts'
import { ingressRoutes, traefikServices } from '../objects.ts'

/** A Service below a balancer, and the object of the balancer. */
export interface Child {
  object: LooseObject
  member: Member
}

/**
 * The Services below balancers by the name that Traefik has for each, which is of the namespace, the Service and the port: of
 * those of one name it knows the one that it read last. A single Service of a route goes by the name of the route
 * (pkg/provider/kubernetes/crd/kubernetes_http.go, v3.6.12).
 */
const children: FactType<ReadonlyMap<string, readonly Child[]>> = {
  name: 'Services below balancers of Traefik',
  what: 'the Services below balancers of Traefik',
  derive: (store) => {
    const objects = [...ingressRoutes, ...traefikServices].flatMap((type) => {
      const found = store.list(type)
      return found.known ? found.value.toSorted(byAge) : []
    })
    const all = objects.flatMap((object) =>
      balancersIn(object)
        .flatMap(({ named }) => named)
        .filter(({ kind }) => kind === 'Service')
        .map((member): Child => ({ object, member })),
    )
    return { known: true, value: Map.groupBy(all, nameOf) }
  },
}

function nameOf({ object, member: { to, port } }: Child): string {
  return `${groupOf(object.apiVersion)} ${keyOf(refTo(services, to))} ${port}`
}

/** Those by the name of this one, itself among them; routes first, as they are read, each in the order of their age. */
export function namesakes(child: Child, store: Store): readonly Child[] {
  const all = store.fact(children)
  const same = all.known ? (all.value.get(nameOf(child)) ?? []) : []
  return same.filter((other) => meet(child.object, other.object))
}

/** IngressRoutes of other classes are another Traefik's; TraefikServices have none. */
function meet(one: LooseObject, other: LooseObject): boolean {
  const [mine, theirs] = [one, other].map((object) =>
    object.kind === 'IngressRoute' ? (annotationsOf(object)['kubernetes.io/ingress.class'] ?? '') : undefined,
  )
  return mine === undefined || theirs === undefined || mine === theirs
}

/** Whether both want the same of the Service, as far as it decides which pod a request gets. */
export function isAlike({ member: one }: Child, { member: other }: Child): boolean {
  return one.arrival === other.arrival && isEqual(ownPolicy(one), ownPolicy(other))
}

/**
 * Which of namesakes count: one, or several that want different things, of which nobody can tell. TraefikServices are read
 * after all routes, and those of one object in their order; objects come in any.
 */
export function counting(all: readonly Child[]): readonly Child[] {
  const late = all.filter(({ object }) => object.kind === 'TraefikService')
  const last = new Map((late.length > 0 ? late : all).map((one) => [one.object, one]))
  return [...last.values()].reduce<Child[]>(
    (found, one) => (found.some((other) => isAlike(one, other)) ? found : [...found, one]),
    [],
  )
}
