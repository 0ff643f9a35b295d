import type { Store } from '../../model/cluster/store.ts'
import { ingressClass, ingresses } from '../ingress/objects.ts'
import { flagOf, programsFact, programsIn, workloadsWith } from '../kit/programs/workloads.ts'
import { routeGroups } from './objects.ts'

/** What runs of Skipper, as its documentation labels it; asked for where an object is for it. */
export const skipperPrograms = programsFact(
  'what runs of Skipper',
  workloadsWith('application in (skipper,skipper-ingress)', {
    beside: [ingresses, routeGroups],
    besideIf: (object) =>
      object.kind === routeGroups.kind ||
      ingressClass(object) === 'skipper' ||
      Object.keys(object.metadata.annotations ?? {}).some((key) => key.startsWith('zalando.org/')),
  }),
)

/** The algorithm of whatever names none (config/config.go); undefined where it stands in a file, or several programs differ. */
export function usualAlgorithm(store: Store): string | undefined {
  const running = programsIn(skipperPrograms, ['skipper', 'skipper-internal'], store)
  const said = running.map((one) => {
    const inFile = flagOf(one, 'config-file') === undefined ? 'roundRobin' : undefined
    return flagOf(one, 'kubernetes-default-lb-algorithm') ?? inFile
  })
  const all = new Set(said.length === 0 ? ['roundRobin'] : said)
  return all.size === 1 ? [...all][0] : undefined
}
