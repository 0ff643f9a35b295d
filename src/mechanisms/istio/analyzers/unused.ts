/**
 * Routes that no request comes to. They are on no way to their Service, and who asks for the Service is told of them all
 * the same.
 */
import { objectName } from '../../../model/findings/finding.ts'
import { keyOf, type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { type Analyzer, analyzer, type View } from '../../analyzer.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { gatewayOf, gatewayRef, rivalsOf, takenBy } from '../legs/gateway.ts'
import { hostOf } from '../legs/hosts.ts'
import { istioGateways, virtualServices } from '../objects.ts'
import { gatewayNames, routesOf } from '../legs/routes.ts'

/** The target itself, what leads to it, and what names it as its gateway. */
function routesAbout({ store, target }: View): readonly LooseObject[] {
  const all = store.list(virtualServices)
  if (!all.known) return []
  const { kind, namespace = '', name } = target.ref
  if (kind === 'Service') return byTarget(all.value).get(hostOf({ namespace, name })) ?? []
  return all.value.filter((object) => {
    const refs = [refOf(object), ...gatewayNames(object).map((one) => gatewayRef(one, object))]
    return refs.some((ref) => keyOf(ref) === keyOf(target.ref))
  })
}

const byTarget = onceFor((objects: readonly LooseObject[]) => {
  const found = new Map<string, LooseObject[]>()
  for (const object of objects)
    for (const host of new Set(routesOf(object).flatMap(({ targets }) => targets.map((one) => one.host))))
      found.set(host, [...(found.get(host) ?? []), object])
  return found
})

const isRead = ({ store }: View): boolean => {
  const all = store.list(virtualServices)
  return !all.known || all.value.length > 0
}

const hidden = analyzer({
  codes: ['AFF-ISTIO-UNREACHABLE'],
  needs: [virtualServices],
  applies: isRead,
  analyse: (view, report) => {
    for (const object of routesAbout(view))
      for (const { hiddenBy, field } of routesOf(object)) {
        if (hiddenBy === undefined) continue
        report('AFF-ISTIO-UNREACHABLE', {
          message: `${field.replace('spec.', '')} gets no request: ${hiddenBy.replace('spec.', '')} comes before it and takes them all`,
          why: 'The first route that matches is taken. What this one leads to, and sticks on, plays no part.',
          mend: ['move the route with the narrower match up', 'give the route before it a match'],
          objects: [refOf(object)],
          at: { object: refOf(object), field },
        })
      }
  },
})

const taken = analyzer({
  codes: ['AFF-ISTIO-HOST-TAKEN'],
  needs: [virtualServices, istioGateways],
  applies: isRead,
  analyse: (view, report) => {
    for (const object of routesAbout(view))
      for (const name of gatewayNames(object)) {
        const gateway = gatewayOf(gatewayRef(name, object), view.store)
        const rivals = gateway === undefined ? new Map<number, never>() : rivalsOf(gateway, view.store)
        if (gateway === undefined || rivals.size === 0) continue
        const used = routesOf(object).flatMap(({ kind, hosts }) =>
          hosts.flatMap((host) => takenBy(gateway, object, host, kind)),
        )
        const said = new Set<string>()
        for (const index of new Set(used.map(({ server }) => server))) {
          const rival = rivals.get(index)
          const what = rival === undefined ? '' : `${rival.host} on port ${rival.port} with TLS`
          // Another server of the Gateway may have the host as well.
          if (rival === undefined || said.has(`${keyOf(refOf(rival.gateway))} ${what}`)) continue
          said.add(`${keyOf(refOf(rival.gateway))} ${what}`)
          const isOwn = rival.gateway === gateway
          const both = (isOwn ? [gateway] : [rival.gateway, gateway]).map(refOf)
          report('AFF-ISTIO-HOST-TAKEN', {
            message: isOwn
              ? `two servers of ${objectName(refOf(gateway))} have ${what}: only the first of them does`
              : `${both.map(objectName).join(' and ')} both have ${what}: only the older of the two does`,
            why: `A proxy has each host once on a port with TLS. It passes over the whole of the other server${isOwn ? '' : ', and with it the routes that name its Gateway'}.`,
            mend: isOwn
              ? ['put the host into one of the servers']
              : [
                  'put the host into one Gateway, and name that in the VirtualServices',
                  'another selector or port for one of them',
                ],
            objects: [...both, refOf(object)],
            at: { object: refOf(gateway), field: `spec.servers[${index}].hosts` },
          })
        }
      }
  },
})

export const unusedAnalyzers: readonly Analyzer[] = [hidden, taken]
