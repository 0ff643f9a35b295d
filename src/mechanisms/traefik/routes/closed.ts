import type { Leg } from '../../../model/affinity/leg.ts'
import { isOfType, type LooseObject } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { servingOf } from '../../ingress/controllers.ts'
import { ingresses } from '../../ingress/objects.ts'
import { annotationField, annotationsOf } from '../../kit/controller.ts'
import { at, strings } from '../../kit/objects/loose.ts'
import { traefikController } from '../ingress/controller.ts'
import { ingressRoutes, ingressRouteTcps } from '../objects.ts'
import { programsOfTraefik } from '../options.ts'
import { madeDoors } from './entry-points.ts'

const entryPointsKey = 'traefik.ingress.kubernetes.io/router.entrypoints'
export const classKey = 'kubernetes.io/ingress.class'

/** Kinds whose objects may name entry points. */
export const typesWithDoors = [ingresses, ...ingressRoutes, ...ingressRouteTcps]

/** The entry points that an object names, and where. */
export function namedDoors(object: LooseObject, store: Store): { names: readonly string[]; field: string } {
  const { [entryPointsKey]: given = '', [classKey]: className } = annotationsOf(object)
  if (isOfType(object, ingresses)) {
    const names = given.split(/[\s,]+/).filter((one) => one !== '')
    const isRead = names.length > 0 && servingOf(object, store).controller === traefikController
    return { names: isRead ? names : [], field: annotationField(entryPointsKey) }
  }
  // What is of a class is for a Traefik that has it in its arguments, which may be none of those that are seen.
  const own = `--providers.kubernetescrd.ingressclass=${className}`.toLowerCase()
  const all = programsOfTraefik(store).flatMap(({ words }) => words)
  const isOfSeen = className === undefined || all.some((word) => word.toLowerCase() === own)
  return { names: isOfSeen ? strings(at(object.spec, 'entryPoints')) : [], field: 'spec.entryPoints' }
}

/** Whether these are named, and none of them is made. */
export function areClosed(names: readonly string[], made: readonly string[] | undefined): boolean {
  return made !== undefined && names.length > 0 && !names.some((one) => made.includes(one.toLowerCase()))
}

/** An arrow of what has no entry point: Traefik passes over it (pkg/config/runtime/runtime_http.go, v3.6.12). */
export function refineClosed(leg: Leg, store: Store): Leg {
  if (leg.hop?.mechanism.startsWith('Traefik') !== true || 'address' in leg.from) return leg
  const { kind, group, namespace = '', name } = leg.from.object
  const type = typesWithDoors.find((one) => one.kind === kind && one.group === group)
  const object = type && store.get(type, { namespace, name })
  const names = object === undefined ? [] : namedDoors(object, store).names
  if (!areClosed(names, madeDoors(store))) return leg
  return {
    ...leg,
    arrival: 'unknown',
    hop: { ...leg.hop, note: `Traefik has no entry point ${names.join(', ')}` },
  }
}
