import { expect, test } from 'vitest'
import { stalePages } from '../../../scripts/docs.ts'

test('docs/commands say what --help says, and docs/security.md what the code asks for', async () => {
  expect(await stalePages(), 'run node scripts/docs.ts').toStrictEqual([])
})
