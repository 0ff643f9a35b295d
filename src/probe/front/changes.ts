import { isNotFound } from '../../cluster/index.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { FoundFront } from './find.ts'

/**
 * What became of the way in while it was asked, in words: `again` finds it anew. Nothing where that cannot be told. It is the way that
 * counts, and not the objects that make it, of which there are many kinds.
 */
export async function frontChanges(before: FoundFront, again: () => Promise<FoundFront>): Promise<string[]> {
  try {
    return changesBetween(before, await again())
  } catch (error) {
    return isNotFound(error) || error instanceof UserError ? ['what leads to it went away'] : []
  }
}

function changesBetween(before: FoundFront, after: FoundFront): string[] {
  const [was, is] = [placesOf(before), placesOf(after)]
  const changed = [...was].flatMap(([name, place]) => {
    const now = is.get(name)
    if (now === undefined) return [`nothing leads to it through ${name} any more`]
    return place === now ? [] : [`what leads to it through ${name} was changed`]
  })
  const added = [...is.keys()].filter((name) => !was.has(name))
  return [...changed, ...added.map((name) => `it came to be reached through ${name}, too`)]
}

/** What decides there, by host and path. */
function placesOf({ service, front: { places } }: FoundFront): Map<string, string> {
  return new Map(
    places.map(({ hostName, path, address, port, policy, service: own = service.name }) => [
      `${hostName}${path}`,
      JSON.stringify({ address, port, policy, own }),
    ]),
  )
}
