import { at, list, record } from '../../kit/loose.ts'

/**
 * Of each route of a list the number of an earlier one that leaves it nothing: one that takes everything, or that has the
 * same matches (istio/istio pilot/pkg/networking/core/route/route.go stops at the first that takes everything). A route
 * that delegates may take less than it says.
 */
export function hidersOf(routes: readonly unknown[]): (number | undefined)[] {
  const all = routes.map((route) => ({
    matches: list(record(route)['match']).map(keyOfMatch),
    isWhole: at(route, 'delegate') === undefined,
    takesAll: takesAll(route),
  }))
  return all.map(({ matches }, index) => {
    const before = all.slice(0, index).map((one, number) => ({ ...one, number }))
    const takers = before.filter(({ isWhole }) => isWhole)
    const catcher = takers.find((one) => one.takesAll)
    if (catcher !== undefined) return catcher.number
    const same = matches.map((match) => takers.find((one) => one.matches.includes(match)))
    return same.length > 0 && same.every((one) => one !== undefined) ? same[0]?.number : undefined
  })
}

function takesAll(route: unknown): boolean {
  const matches = list(record(route)['match'])
  return (
    matches.length === 0 ||
    matches.some((match) => ['{}', '{"uri":{"prefix":"/"}}'].includes(keyOfMatch(match)))
  )
}

/** What a match asks for, whatever it is called and in whichever order it stands. */
function keyOfMatch(match: unknown): string {
  const { name: _name, ...asked } = record(match)
  return JSON.stringify(sorted(asked))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]))
}
