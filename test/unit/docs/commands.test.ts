import { expect, test } from 'vitest'
import { stalePages } from '../../../scripts/docs.ts'

test('docs/commands say what --help says', async () => {
  expect(await stalePages(), 'run node scripts/docs.ts').toStrictEqual([])
})
