import { countEndpoints, hasSelector, isProxied, isSticky, serviceAnalyzer } from '../../analyzer.ts'
import { familiesOf, portEndpoints } from '../../endpoints/endpoints.ts'
import { isGlobal } from '../../proxies/cilium.ts'
import { elsewhere } from './endpoints.ts'

/** Of a Service of both families: what the clients of one find, who reach the endpoints of that one alone. */
export const endpointsOfFamilies = serviceAnalyzer({
  codes: ['AFF-SVC-ONE-ENDPOINT', 'AFF-SVC-PORT-NO-ENDPOINTS'],
  inputs: ['slices'],
  hints: ['proxy'],
  applies: (subject) => isProxied(subject) && isDual(subject),
  analyse: (subject, { slices, proxy }, report) => {
    if (isGlobal(subject.service, proxy)) {
      report.cannot('AFF-SVC-PORT-NO-ENDPOINTS', elsewhere)
      return report.cannot('AFF-SVC-ONE-ENDPOINT', elsewhere)
    }
    const ready = portEndpoints(subject.service, slices).filter((endpoint) => endpoint.ready)
    // Where nobody is ready at all, or one alone, that is said.
    if (countEndpoints(ready) < 2) return
    const countOf = (family: string): number =>
      countEndpoints(ready.filter((endpoint) => endpoint.family === family))
    const families = [...(familiesOf(subject.service) ?? [])]
    const field = `spec.${subject.service.spec.ipFamilyPolicy === undefined ? 'ipFamilies' : 'ipFamilyPolicy'}`
    const empty = families.find((family) => countOf(family) === 0)
    if (empty !== undefined)
      report('AFF-SVC-PORT-NO-ENDPOINTS', {
        message: `${empty} has no ready endpoint: all are of the other family`,
        why: `Connections to the address of ${empty} are refused, while those to the other one are answered.`,
        mend: [
          hasSelector(subject)
            ? `let the pods have addresses of ${empty}, or make the Service SingleStack`
            : `add endpoints of ${empty}, or make the Service SingleStack`,
        ],
        field,
      })
    const alone = families.filter((family) => countOf(family) === 1)
    if (alone.length === 0 || !isSticky(subject)) return
    report('AFF-SVC-ONE-ENDPOINT', {
      message: `${alone.join(' and ')} ${alone.length === 1 ? 'has only one ready endpoint' : 'have one ready endpoint each'}, so every client of ${alone.length === 1 ? 'it' : 'a family'} is on that one with or without affinity`,
      why: 'A client reaches the endpoints of its own family alone.',
      mend: [`add another endpoint of ${alone.join(' and of ')}`],
      field,
    })
  },
})

function isDual({ service }: { service: Parameters<typeof familiesOf>[0] }): boolean {
  return familiesOf(service)?.size === 2
}
