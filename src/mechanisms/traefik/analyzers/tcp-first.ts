import { keyOf } from '../../../model/cluster/object.ts'
import { defined } from '../../../model/common/values.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { analyzer } from '../../analyzer.ts'
import { ingressRouteTcps } from '../objects.ts'

/** Routes for HTTP whose requests an IngressRouteTCP takes. */
export const tcpFirst = analyzer({
  codes: ['AFF-TRA-TCP-FIRST'],
  needs: ingressRouteTcps,
  applies: ({ paths }) =>
    paths.some(({ hops }) => hops.some(({ mechanism }) => mechanism.includes('Traefik'))),
  analyse: ({ paths }, report) => {
    const said = new Set<string>()
    for (const { taken, configuredBy, field } of paths.flatMap(({ hops }) => hops)) {
      const [object] = configuredBy
      if (taken === undefined || object === undefined) continue
      const { by, isAll, isTls, field: match } = taken
      const key = `${keyOf(object)} ${keyOf(by)}`
      if (said.has(key)) continue
      said.add(key)
      report('AFF-TRA-TCP-FIRST', {
        message: `${objectName(by)} takes ${isAll ? 'all' : 'some'} requests of ${objectName(object)}: it is for connections ${isTls ? 'with' : 'without'} TLS at the same entry point`,
        why: `Traefik asks its routers for TCP before those for HTTP${isTls ? ' that name no host' : ', whatever their priorities are'}. Behind the former no host, path or cookie counts.`,
        mend: isTls
          ? [`name the hosts in the rule of ${objectName(object)}: with TLS such routes come first`]
          : [`give ${objectName(by)} an entry point of its own, or tls with a HostSNI of its own`],
        objects: [object, by],
        at: field === undefined ? { object: by, field: match } : defined({ object, field }),
      })
    }
  },
})
