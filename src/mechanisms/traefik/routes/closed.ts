import type { Leg } from '../../../model/affinity/leg.ts'
import type { LooseObject } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { isOfType } from '../../../model/cluster/object.ts'
import { servingOf } from '../../ingress/controllers.ts'
import { ingresses } from '../../ingress/objects.ts'
import { annotationField, annotationsOf } from '../../kit/controller.ts'
import { at, strings, text } from '../../kit/objects/loose.ts'
import { traefikController } from '../ingress/controller.ts'
import { programsOfTraefik } from '../options.ts'
import { ingressRoutes, ingressRouteTcps } from '../objects.ts'
import { entryPointsKey, madeDoors } from './entry-points.ts'

export const classKey = 'kubernetes.io/ingress.class'

/** Kinds whose objects may name entry points. */
export const typesWithDoors = [ingresses, ...ingressRoutes, ...ingressRouteTcps]

/** The entry points that an object names, and where. */
export function namedDoors(object: LooseObject, store: Store): { names: readonly string[]; field: string } {
  if (!isOfType(object, ingresses)) {
    const names = isOfSeen(annotationsOf(object)[classKey], store)
      ? strings(at(object.spec, 'entryPoints'))
      : []
    return { names, field: 'spec.entryPoints' }
  }
  const given = text(annotationsOf(object)[entryPointsKey]) ?? ''
  const isRead = given !== '' && servingOf(object, store).controller === traefikController
  return {
    names: isRead
      ? given
          .split(',')
          .map((one) => one.trim())
          .filter((one) => one !== '')
      : [],
    field: annotationField(entryPointsKey),
  }
}

/** Routes of a class are for a Traefik that has it in its arguments; which may be none of those that are seen. */
function isOfSeen(className: string | undefined, store: Store): boolean {
  const own = `--providers.kubernetescrd.ingressclass=${className ?? ''}`
  return (
    className === undefined ||
    programsOfTraefik(store).some(({ words }) =>
      words.some((word) => word.toLowerCase() === own.toLowerCase()),
    )
  )
}

/** Whether Traefik has none of these; undefined where its arguments do not tell. */
export function areClosed(names: readonly string[], store: Store): boolean | undefined {
  const made = madeDoors(store)
  return made === undefined ? undefined : names.every((one) => !made.includes(one.toLowerCase()))
}

/** An arrow of what has no entry point: Traefik passes over it (pkg/config/runtime/runtime_http.go, v3.6.12). */
export function refineClosed(leg: Leg, store: Store): Leg {
  if (leg.hop?.mechanism.startsWith('Traefik') !== true || 'address' in leg.from) return leg
  const { kind, group, namespace = '', name } = leg.from.object
  const type = typesWithDoors.find((one) => one.kind === kind && one.group === group)
  const object = type && store.get(type, { namespace, name })
  const names = object === undefined ? [] : namedDoors(object, store).names
  if (names.length === 0 || areClosed(names, store) !== true) return leg
  return {
    ...leg,
    arrival: 'unknown',
    hop: { ...leg.hop, note: `Traefik has no entry point ${names.join(', ')}` },
  }
}
