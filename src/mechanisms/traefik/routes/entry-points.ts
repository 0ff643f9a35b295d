import type { LooseObject } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, strings } from '../../kit/objects/loose.ts'
import { programsOfTraefik } from '../options.ts'

/** What an argument says of an entry point: `--entrypoints.NAME.SETTING`, both in lower case. */
interface Setting {
  door: string
  setting: string
}

/** The entry points of a route. */
export interface Doors {
  /** As the route names them, or those of who names none; empty where nobody can tell. */
  names: readonly string[]
  /** The arguments of Traefik tell of all of them. */
  isSeen: boolean
  /** Those that end TLS, or send to one that does, for routes that say nothing of it. */
  settings: readonly Setting[]
}

/** The entry points that a route of Traefik's own kinds is for. */
export function doorsOf(route: LooseObject, store: Store): Doors {
  return doorsNamed(strings(at(route.spec, 'entryPoints')), store)
}

/** These, or the ones of a route that names none. */
export function doorsNamed(given: readonly string[], store: Store): Doors {
  const settings = settingsIn(store)
  const names = given.length > 0 ? given : defaultDoors(settings)
  const isSeen =
    names.length > 0 && names.every((one) => settings.some(({ door }) => door === one.toLowerCase()))
  return { names, isSeen, settings }
}

/** Whether an entry point has settings that begin so. */
export function isSet(name: string, { settings }: Doors, pattern: RegExp): boolean {
  return settings.some(({ door, setting }) => door === name.toLowerCase() && pattern.test(setting))
}

/** The names that everybody gives to those with TLS. */
export const soundsOfTls = (name: string): boolean => /secure|tls|https|443/i.test(name)

/** The entry points at a port, by which listeners of a Gateway come to theirs. */
export function doorsAt(port: number, store: Store): string[] {
  const all = settingsIn(store).filter(({ setting }) =>
    new RegExp(`^address=.*:${port}(/tcp)?$`).test(setting),
  )
  return all.map(({ door }) => door)
}

/** All that the arguments make; undefined where one Traefik says nothing of it there. */
export function madeDoors(store: Store): readonly string[] | undefined {
  const programs = programsOfTraefik(store)
  const isTold = programs.every(({ words }) => words.some((word) => isAddress.test(word)))
  if (programs.length === 0 || !isTold) return undefined
  const found = settingsIn(store).filter(({ setting }) => setting.startsWith('address'))
  // That of Traefik itself is there without being made.
  return [...new Set([...found.map(({ door }) => door), 'traefik'])]
}

const isAddress = /^--entrypoints\.[^.]+\.address/i

function settingsIn(store: Store): Setting[] {
  return programsOfTraefik(store).flatMap(({ words }) =>
    words.flatMap((word) => {
      const [, door = '', setting = ''] = /^--entrypoints\.([^.]+)\.(.+)/.exec(word.toLowerCase()) ?? []
      return door === '' ? [] : [{ door, setting }]
    }),
  )
}

/** Those of a route that names none: all but that of Traefik itself, or those that are said to be it. */
function defaultDoors(settings: readonly Setting[]): string[] {
  const chosen = settings.filter(({ setting }) => /^asdefault(=true)?$/.test(setting))
  const all = chosen.length > 0 ? chosen : settings.filter(({ setting }) => setting.startsWith('address'))
  return [...new Set(all.map(({ door }) => door))].filter((door) => door !== 'traefik')
}
