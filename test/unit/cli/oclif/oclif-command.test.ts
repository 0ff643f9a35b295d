import { expect, test } from 'vitest'

test('oclif’s command class leaves no listener of its own on standard output', async () => {
  const before = process.stdout.listeners('error')
  await import('../../../../src/cli/oclif/oclif-command.ts')
  expect(process.stdout.listeners('error')).toStrictEqual(before)
})
