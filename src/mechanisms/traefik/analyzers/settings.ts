import { refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { analyzer } from '../../analyzer.ts'
import { type Child, counting, isAlike, namesakes } from '../balancers/children.ts'
import { balancersOf } from './balancers.ts'

/** Services that Traefik has once, and several balancers set in ways of their own. */
export const settings = analyzer({
  codes: ['AFF-TRA-SETTINGS-FIGHT'],
  applies: (view) => balancersOf(view).some(({ balancer }) => balancer.named.length > 0),
  analyse: (view, report) => {
    const said = new Set<Child>()
    const own = balancersOf(view).flatMap(({ object, balancer }) =>
      balancer.named.flatMap((member): Child[] => (member.kind === 'Service' ? [{ object, member }] : [])),
    )
    const fighting = own.map((child) => ({ child, all: namesakes(child, view.store) }))
    // Where one in view is lost, it is said there.
    const byLoss = fighting.toSorted((a, b) => Number(isLost(b)) - Number(isLost(a)))
    for (const { child, all } of byLoss) {
      const other = all.find((one) => !isAlike(one, child))
      const [first = child] = all
      if (other === undefined || said.has(first)) continue
      said.add(first)
      const { to, field } = child.member
      const [ref, theirs] = [refOf(child.object), refOf(other.object)]
      const isOne = child.object === other.object
      const isKnown = counting(all).length === 1
      const last = isLost({ child, all }) ? 'that' : 'this'
      report('AFF-TRA-SETTINGS-FIGHT', {
        message: `${isOne ? other.member.field : objectName(theirs)} sets ${to.name} in another way: ${isKnown ? `${last} counts` : 'one of the two counts'}, for both`,
        why: 'Below TraefikServices and routes with several services Traefik has a Service and port once, as it read it last: TraefikServices after IngressRoutes, and among objects of a kind in any order.',
        mend: [
          'write the same sticky, strategy and nativeLB in both, or make a second Service with the same selector',
        ],
        objects: isOne ? [ref] : [ref, theirs],
        at: { object: ref, field },
      })
    }
  },
})

function isLost({ child, all }: { child: Child; all: readonly Child[] }): boolean {
  return counting(all).every((one) => !isAlike(one, child))
}
