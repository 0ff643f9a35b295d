import type { ChangeNotice } from '../../model/affinity/change.ts'
import type { Wanted } from '../types.ts'

/** Each family is a set of endpoints of its own: an address of each is no choice in either. */
export function familyWarning({ backends }: Pick<Wanted, 'backends'>): ChangeNotice[] {
  const counts = [...Map.groupBy(backends, ({ family }) => family)]
  if (counts.length < 2 || counts.every(([, members]) => members.length > 1)) return []
  const words = counts.map(([family, members]) => `${members.length} of ${family}`).join(' and ')
  return [
    {
      message: `the addresses are of two families (${words}): a client of one reaches those of its own only`,
      hints: ['affinity has a choice where a family has two addresses or more'],
    },
  ]
}
