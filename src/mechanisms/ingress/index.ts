import { type LooseObject, refOf } from '../../model/object.ts'
import type { Leg } from '../../model/leg.ts'
import type { Store } from '../../model/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import type { Served } from '../kit/controller.ts'
import { anyKind } from '../../model/target.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { behind } from './backends.ts'
import { ingressClass, ingressClasses } from './classes.ts'
import { controllerOf } from './controllers.ts'
import { ingressKind } from './kind.ts'
import { ingresses } from './objects.ts'

/** Ingress of networking.k8s.io, whoever implements it. */
export const ingress: Mechanism = {
  name: 'ingress',
  label: 'Ingress',
  targets: [anyKind(ingressKind)],
  routes: [ingresses],
  reads: [ingressClasses],
  legs: legsByType(drawnBy(ingresses, ingressLegs)),
  analyzers,
}

function ingressLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const controller = controllerOf(object, store)
  return behind(object, store).flatMap(({ part, backend, places }) => {
    const { policy, arrival, configuredBy = [], note } = controller?.serve(backend, store) ?? unknownWay
    return sendingLegs(
      {
        object: ref,
        part,
        entries: places.map(({ host, path }) => hostEntry(ref, host, path)),
        to: backend.to,
        hop: {
          kind: 'ingress',
          mechanism: controller?.name ?? ingressClass(object) ?? 'unknown controller',
          configuredBy: [ref, ...configuredBy],
          policy,
          ...(note === undefined ? {} : { note }),
        },
        arrival,
      },
      store,
    )
  })
}

const unknownWay: Served = { policy: { kind: 'unknown' }, arrival: 'unknown' }
