import { gateways } from '../../../mechanisms/gateway-api/objects.ts'
import { gatewayOfSet, parentRefsOf } from '../../../mechanisms/gateway-api/routes/parents.ts'
import { istioGateways } from '../../../mechanisms/istio/objects.ts'
import { at, list, text } from '../../../mechanisms/kit/objects/loose.ts'
import { isOfType, type LooseObject, type ObjectType } from '../../../model/cluster/object.ts'
import type { ObjectReader } from '../../../snapshot/cluster/objects.ts'

/** An object whose status may say where it is reached. */
export type Reached = LooseObject & { status?: unknown }

/** The Gateways that an object names, or which it is, in its order; without those that may not be read. */
export interface Parents {
  /** Of the Gateway API. */
  gateways: Reached[]
  /** Where the listeners stand that it names: in these, or in sets of their own. */
  holders: Reached[]
  istio: Reached[]
}

type Named = Pick<Parents, 'gateways' | 'holders'>

/** Reads them. */
export async function readParents(objects: ObjectReader, object: Reached): Promise<Parents> {
  const namespace = object.metadata.namespace ?? 'default'
  const words = list(at(object.spec, 'gateways')).flatMap((word) => text(word) ?? [])
  const [ofApi, ofIstio] = await Promise.all([
    Promise.all(
      parentRefsOf(object).map(async (ref): Promise<Named> => {
        if (ref === undefined) return { gateways: [], holders: [] }
        const holders = await read(objects, ref.type, ref.at.namespace, ref.at.name)
        if (ref.type === gateways) return { gateways: holders, holders }
        const [own] = holders.map(gatewayOfSet)
        return {
          gateways: own === undefined ? [] : await read(objects, gateways, own.namespace, own.name),
          holders,
        }
      }),
    ),
    Promise.all(
      words
        .filter((word) => word !== 'mesh')
        .map((word) => {
          const [name = '', other] = word.split('/').toReversed()
          return read(objects, istioGateways, other ?? namespace, name)
        }),
    ),
  ])
  const [isGateway, isIstio] = [gateways, istioGateways].map((type) => isOfType(object, type))
  const self = isGateway === true ? [object] : []
  return {
    gateways: [...self, ...ofApi.flatMap((one) => one.gateways)],
    holders: [...self, ...ofApi.flatMap((one) => one.holders)],
    istio: [...(isIstio === true ? [object] : []), ...ofIstio.flat()],
  }
}

/** None where it may not be read: the user can say the address. */
async function read(
  objects: ObjectReader,
  type: ObjectType<LooseObject>,
  namespace: string,
  name: string,
): Promise<Reached[]> {
  try {
    const found = await objects.find(type, namespace, name)
    return found === undefined ? [] : [found]
  } catch {
    return []
  }
}
