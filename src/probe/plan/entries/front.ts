import { familyOf } from '../../../model/common/ip.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { Front } from '../plan.ts'
import type { ProbeSubject } from '../preflight.ts'
import { defined } from '../../../model/common/defined.ts'

/** The ways in by something in front of the Service: to its endpoints, but neither by its addresses nor by its ports. */
export function frontEntries({ places }: Front, { service, others = [] }: ProbeSubject): SurveyEntry[] {
  return places.map(({ address, port: entered, certificate: _certificate, ...front }, index) => {
    const behind = others.find(({ name }) => name === front.service) ?? service
    const { port, portName, protocol, clusterIP } = behind
    const beside = others.filter((other) => front.beside?.some(({ name }) => name === other.name))
    return {
      index,
      kind: 'gateway',
      host: address,
      port: entered,
      servicePort: port,
      ...defined({ portName }),
      protocol,
      // Of the endpoints, which have that of the Service; how the proxy is reached is another matter.
      family: familyOf(clusterIP),
      front: {
        ...front,
        ...(front.beside === undefined
          ? {}
          : {
              beside: beside.map((other) => defined({ name: other.name, portName: other.portName })),
            }),
      },
    }
  })
}
