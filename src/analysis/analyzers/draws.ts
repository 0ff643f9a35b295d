import { type Analyzer, analyzer } from '../../mechanisms/analyzer.ts'
import type { Path, PathHop } from '../../model/affinity/leg.ts'
import { sticks } from '../../model/affinity/policy.ts'
import { keyOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'
import { defined } from '../../model/common/values.ts'

/** Those that draw one of several Services for each request, and have no finding of their own about it. */
const drawing = /^(Skipper|Emissary)$|, (kgateway|GKE)$/

/** What keeps clients where a Service may be drawn before it; a record of the pod comes first. */
function hopOf({ hops }: Path): PathHop | undefined {
  return hops.find(({ mechanism, policy, role }) => {
    const isRecord = mechanism.endsWith('kgateway') && 'points' in policy && policy.points === 'at-a-pod'
    return drawing.test(mechanism) && role !== 'no-effect' && sticks(policy) === true && !isRecord
  })
}

/** Weights that break what keeps clients. */
export const drawsService: Analyzer = analyzer({
  codes: ['AFF-L7-DRAWS-SERVICE'],
  needs: [],
  applies: ({ paths }) => paths.some((path) => hopOf(path) !== undefined),
  analyse: ({ paths, target }, report) => {
    const said = new Set<string>()
    for (const path of paths) {
      const { share = 1 } = path
      const hop = share > 0 && share < 1 ? hopOf(path) : undefined
      const object = hop?.configuredBy[0]
      if (hop === undefined || object === undefined || said.has(`${keyOf(object)} ${hop.field}`)) continue
      said.add(`${keyOf(object)} ${hop.field}`)
      report('AFF-L7-DRAWS-SERVICE', {
        message: `${objectName(hop.next ?? target.ref)} is one of several Services of which ${hop.mechanism.replace(/^.*, /, '')} draws one for each request: clients change between them`,
        why: 'The weights come first, whatever a request brings; only then what keeps clients picks a pod of the Service that was drawn.',
        mend: [
          'tell the Services apart by a match on a header, a cookie or a path',
          'leave one Service in each rule',
        ],
        objects: [object],
        at: defined({ object, field: hop.field }),
      })
    }
  },
})
