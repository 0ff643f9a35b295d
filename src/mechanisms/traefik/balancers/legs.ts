import type { Arrival, Leg, Stop } from '../../../model/affinity/leg.ts'
import { none, type Policy } from '../../../model/affinity/policy.ts'
import { type LooseObject, refOf, refTo } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { type ObjectRef, objectName } from '../../../model/findings/finding.ts'
import { sendingLegs } from '../../kit/legs/front.ts'
import { services } from '../../service/objects.ts'
import { type Balancer, type Member, ownPolicy } from './balance.ts'
import { type Child, counting, isAlike, namesakes } from './children.ts'
import { traefikServices } from '../objects.ts'
import { optionOf } from '../options.ts'

/** The arrows from a balancer to what it sends to. Two stages, the Service and its pod, are one where the pods follow. */
export function balancerLegs(from: Stop, balancer: Balancer, object: LooseObject, store: Store): Leg[] {
  const { members, first, unsure } = balancer
  const isChoice = members.length > 1 && unsure === undefined
  // Connections have no cookies, and nothing in such a route says otherwise.
  const isTcp = object.kind === 'IngressRouteTCP'
  const odd = oddity(balancer, store)
  return members.flatMap((member): Leg[] => {
    const { to, field, share } = member
    const shared = share === undefined ? {} : { share }
    const mechanism = isTcp ? 'Traefik, TCP' : 'Traefik'
    const hop = { kind: 'ingress' as const, mechanism, configuredBy: [refOf(object)] }
    if (member.kind === 'TraefikService')
      return [
        {
          from,
          to: { object: refTo(traefikServices[0], to) },
          arrival: 'object',
          field,
          ...shared,
          ...(odd.note !== undefined
            ? { hop: { ...hop, policy: odd.isRefused ? none : first, note: odd.note } }
            : unsure !== undefined
              ? { hop: { ...hop, policy: first, note: unsure } }
              : isChoice
                ? { hop: { ...hop, policy: first } }
                : {}),
        },
      ]
    const { policy: own, arrival, configuredBy } = settingOf({ object, member }, balancer, store)
    const note = odd.note ?? unsure ?? (isChoice ? choiceNote(first, own, members.length) : undefined)
    return sendingLegs(
      {
        from,
        to,
        hop: {
          ...hop,
          configuredBy,
          policy:
            odd.isRefused || isTcp ? none : unsure === undefined ? own : { kind: 'unknown', why: unsure },
          ...(isChoice ? { among: first } : {}),
          ...(note === undefined ? {} : { note }),
        },
        arrival,
        field,
        share,
      },
      store,
    )
  })
}

/** What a Service below a balancer is set to: by itself, or by whoever else names it. */
function settingOf(
  child: Child,
  { named }: Balancer,
  store: Store,
): { policy: Policy; arrival: Arrival; configuredBy: ObjectRef[] } {
  const found = named.length === 0 ? [] : counting(namesakes(child, store))
  const [first = child, second] =
    found.length === 1 && found.some((one) => isAlike(one, child)) ? [child] : found
  const arrival = arrivalIn(first.member, store)
  if (second === undefined) {
    const objects = new Set([child.object, first.object])
    return { policy: ownPolicy(first.member), arrival, configuredBy: [...objects].map(refOf) }
  }
  const refs = [first, second].map(({ object }) => refOf(object))
  const why = `${refs.map(objectName).join(' and ')} set it differently, and one of them counts`
  return {
    policy: { kind: 'unknown', why },
    arrival: found.every(({ member }) => member.arrival === arrival) ? arrival : 'unknown',
    configuredBy: refs,
  }
}

/** Where a member's requests arrive: nativeLB comes before nodePortLB. */
export function arrivalIn({ arrival, isNativeSaid }: Member, store: Store): Arrival {
  return !isNativeSaid && optionOf('nativeLBByDefault', store) === true ? 'cluster-ip' : arrival
}

/** What of a balancer Traefik takes with an option only; without it there is no route. */
function oddity({ foreign, members }: Balancer, store: Store): { note?: string; isRefused: boolean } {
  const byName = members.find(
    ({ kind, to }) => kind === 'Service' && store.get(services, to)?.spec.type === 'ExternalName',
  )
  const all = [
    ...(foreign === undefined
      ? []
      : [{ what: `${foreign.what} is of another namespace`, option: 'allowCrossNamespace' as const }]),
    ...(byName === undefined
      ? []
      : [
          { what: `${byName.to.name} is of type ExternalName`, option: 'allowExternalNameServices' as const },
        ]),
  ]
  const met = all.find(({ option }) => optionOf(option, store) === false)
  if (met !== undefined)
    return { isRefused: true, note: `Traefik refuses it: ${met.what}, and ${met.option} is off` }
  const [open] = all.filter(({ option }) => optionOf(option, store) === undefined)
  return open === undefined
    ? { isRefused: false }
    : { isRefused: false, note: `${open.what}: with ${open.option} only` }
}

/** What is special where a Service is chosen before its pod. */
function choiceNote(first: Policy, own: Policy, count: number): string | undefined {
  if (first.kind === 'none') return `draws one of ${count} Services for every request first`
  if (own.kind === 'none') return 'keeps clients on the Service, and on no pod of it'
  if (first.kind !== 'cookie') return undefined
  return `the Service is kept by a cookie of its own${first.name === undefined ? '' : `, "${first.name}"`}`
}
