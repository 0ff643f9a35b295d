import { execPath } from 'node:process'
import { expect, test } from 'vitest'
import { runDemo } from '../../../src/demo/run.ts'

const rest = { common: [], env: {}, print: () => undefined, interrupted: new AbortController().signal }

test('a step that ends with another exit code than 0 ends the story with it', async () => {
  const program = [execPath, '-e', 'process.exit(3)'] as const
  await expect(runDemo({ program, ...rest })).rejects.toMatchObject({
    message: 'step 1 of 6 ended with exit code 3',
    exitCode: 3,
  })
})

test('a step that cannot start ends the story', async () => {
  await expect(runDemo({ program: ['/no/such/program'], ...rest })).rejects.toMatchObject({
    message: 'step 1 of 6 could not start: spawn /no/such/program ENOENT',
    exitCode: 1,
  })
})

test('a story that is interrupted ends without a failure', async () => {
  const program = [execPath, '-e', 'process.exit(3)'] as const
  await expect(runDemo({ ...rest, program, interrupted: AbortSignal.abort() })).resolves.toBeUndefined()
})
