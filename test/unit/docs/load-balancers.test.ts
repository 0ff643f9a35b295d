import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Provider } from '../../../src/mechanisms/service/balancers/provider.ts'
import { providers } from '../../../src/mechanisms/service/balancers/recognise.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/explaining.md'), 'utf8')

const affinity: Readonly<Record<Provider['affinity'], string>> = {
  follows: 'followed',
  ignores: 'not read',
  refuses: 'refused',
  unknown: 'not known',
}
const client: Readonly<Record<Provider['client'], string>> = {
  kept: 'the client',
  hidden: 'the load balancer',
  unknown: 'not known',
}

const cells = ({ name, affinity: what, client: seen, to, own = '', source }: Provider): string[] => [
  name,
  affinity[what],
  client[seen],
  to === 'unknown' ? 'not known' : to === 'cluster-ip' ? 'the cluster IP' : to,
  own === '' ? '' : `\`${own.split(/ \(|, /)[0]}\``,
  source,
]

/** Without the padding of a formatted table. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

describe('the table of load balancers in docs/explaining.md', () => {
  it.each(providers.map((provider) => [`${provider.name}, ${provider.to}`, provider] as const))(
    '%s',
    (_name, provider) => {
      expect(rows).toContainEqual(cells(provider))
    },
  )
})
