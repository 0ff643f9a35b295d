import { type Fact, type FactType, known, type Store } from '../../../model/cluster/store.ts'
import type { LooseObject } from '../../../model/cluster/object.ts'
import { at, text } from '../../kit/objects/loose.ts'
import { isAtLeastVersion, versionOf, type Version } from '../../kit/programs/version.ts'
import { workloadsWith, type Program, programsOf } from '../../kit/programs/workloads.ts'
import { besideGateways, gatewayClasses } from '../objects.ts'
import { parentsOf } from '../routes/parents.ts'
import { type Implementation, implementationOf, implementations } from './implementations.ts'
import { defined } from '../../../model/common/values.ts'

/** Who serves a Gateway. */
export interface Controller extends Pick<Implementation, 'label' | 'read' | 'others' | 'leavesZeroOut'> {
  version?: Version
  /** As the image's tag has it. */
  tag?: string
  words?: readonly string[]
}

type ProgramsByName = ReadonlyMap<string, Program>

/** As the charts of those controllers name them whose version matters (`image` of an implementation). */
export const controllerWorkloads = workloadsWith(
  'app.kubernetes.io/name in (gateway-helm,nginx-gateway-fabric,nginx-gateway)',
  besideGateways,
)

/** The program of each implementation that runs here, by its label; of several versions none counts. */
const programs: FactType<ProgramsByName> = {
  name: 'gateway controllers',
  what: 'the controllers of gateways',
  reads: controllerWorkloads.reads,
  derive: (store): Fact<ProgramsByName> => {
    const all = store.fact(controllerWorkloads)
    if (!all.known) return all
    const running = programsOf(all.value)
    return known(
      new Map(
        implementations.flatMap(({ label, image }) => {
          const own = running.filter((one) => image !== undefined && isImage(one.image, image))
          const [first] = own
          const isOne = new Set(own.map(({ version }) => version)).size === 1
          const words = own.flatMap((one) => one.words)
          return first === undefined || !isOne ? [] : [[label, { ...first, words }] as const]
        }),
      ),
    )
  },
}

export const controllerFacts = [gatewayClasses, programs]

function isImage(name: string, end: string): boolean {
  return name === end || name.endsWith(`/${end}`)
}

/** Who serves a Gateway; undefined where that cannot be seen. */
export function controllerOf(gateway: LooseObject, store: Store): Controller | undefined {
  const className = text(at(gateway.spec, 'gatewayClassName'))
  const ofClass =
    className === undefined ? undefined : store.get(gatewayClasses, { namespace: '', name: className })
  const found = implementationOf(className, text(at(ofClass?.spec, 'controllerName')))
  if (found === undefined) return undefined
  const all = store.fact(programs)
  const program = all.known ? all.value.get(found.label) : undefined
  const version = versionOf(program?.version)
  return {
    label: found.label,
    read: found.read,
    ...defined({ others: found.others, leavesZeroOut: found.leavesZeroOut, version, tag: program?.version }),
    ...(program === undefined ? {} : { words: program.words }),
  }
}

/** The controllers behind the gateways of a route, by name; empty for one that is not known. */
export function controllersOf(route: LooseObject, store: Store): string[] {
  const classes = store.list(gatewayClasses)
  return parentsOf(route, store).map((parent) => {
    const className = text(at(parent?.gateway?.spec, 'gatewayClassName'))
    const found = classes.known
      ? classes.value.find(({ metadata }) => metadata.name === className)
      : undefined
    return text(at(found?.spec, 'controllerName')) ?? ''
  })
}

/** Whether all gateways of a route are served by a version for sure, or a later one. */
export function isServedSince(route: LooseObject, store: Store, wanted: readonly [number, number]): boolean {
  return parentsOf(route, store).every((parent) => {
    const served = parent?.gateway === undefined ? undefined : controllerOf(parent.gateway, store)
    return isAtLeastVersion(served?.version, wanted) === true
  })
}

/** Whether all gateways of a route are of an implementation, by what their classes say or are called. */
export function isServedByLabel(route: LooseObject, store: Store, label: string): boolean {
  const all = parentsOf(route, store)
  const isOf = (gateway: LooseObject | undefined): boolean =>
    gateway !== undefined && controllerOf(gateway, store)?.label === label
  return all.length > 0 && all.every((parent) => isOf(parent?.gateway))
}

/** Whether all gateways of a route are of such a controller. */
export function isServedBy(route: LooseObject, store: Store, is: (controller: string) => boolean): boolean {
  const all = controllersOf(route, store)
  return all.length > 0 && all.every(is)
}
