import { mechanisms } from '../mechanisms/index.ts'
import { service } from '../mechanisms/service/index.ts'
import { serviceKind } from '../mechanisms/service/objects.ts'
import type { ObjectType } from '../model/object.ts'
import { anyKind, refuseSubdomain, type TargetKind } from '../model/target.ts'

/** Short names that kubectl knows. */
const shortNames: Record<string, readonly string[]> = {
  ingresses: ['ing'],
  virtualservices: ['vs'],
}

/** Kinds that stand in front of Services and that a user can name: the routes of every mechanism. */
const frontKinds: readonly TargetKind[] = mechanisms
  .filter((one) => one !== service)
  .flatMap(({ targets = [], routes }) => [
    ...targets,
    ...routes.filter((type) => !targets.some((kind) => kind.type === type)).map((type) => kindOf(type)),
  ])

/** What `probe` can name; a bare name is a Service. */
export const probedKinds: readonly [TargetKind, ...TargetKind[]] = [anyKind(serviceKind), ...frontKinds]

function kindOf(type: ObjectType): TargetKind {
  return {
    name: type.kind.toLowerCase(),
    label: type.kind,
    words: [type.resource, ...(shortNames[type.resource] ?? [])],
    type,
    refuseName: refuseSubdomain,
    describe: () => [],
  }
}
