import { originsIn } from '../../../model/cluster/external.ts'
import { commandLine } from '../../../model/targets/command.ts'
import { known } from '../../../model/cluster/store.ts'
import { hasSelector, isProxied, isSticky, serviceAnalyzer } from '../analyzer.ts'
import { outsideEndpoints } from '../endpoints/endpoints.ts'

/** What follows beyond the cluster, where the endpoints are not pods of it. */
export const external = serviceAnalyzer({
  codes: ['AFF-EXT-SECOND-HOP', 'AFF-EXT-NODE-IS-CLIENT'],
  inputs: ['slices'],
  applies: (subject) => isProxied(subject) && !hasSelector(subject),
  analyse: (subject, { slices }, report) => {
    const outside = outsideEndpoints(subject, known(slices))
    if (outside.length === 0) return
    const origins = [...new Set(slices.flatMap((slice) => [...originsIn(slice).values()]))]
    if (origins.length > 0) {
      report('AFF-EXT-SECOND-HOP', {
        message: `the endpoints are entries of another cluster (${list(origins)}), which picks again behind each`,
        why: 'A client that sticks to an endpoint here may still reach several pods there: that is up to the affinity of what stands behind it.',
        mend: [
          {
            say: 'look there as well, with the other context',
            deed: { kind: 'run', command: commandLine('explain', { context: 'CONTEXT' }) },
          },
        ],
      })
    }
    if (isSticky(subject)) {
      report('AFF-EXT-NODE-IS-CLIENT', {
        message:
          'where nodes masquerade what leaves the cluster, the other side sees one client for each node',
        why: "Here each pod is a client of its own. On the other side affinity by client address, limits and logs then count nodes, and all clients of a node share one backend's memory.",
        mend: [
          {
            say: 'see what the other side sees',
            deed: {
              kind: 'run',
              command: `${commandLine('probe')}, with a path that answers with the address of its client`,
            },
          },
        ],
      })
    }
  },
})

/** A few names, and how many more there are. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
