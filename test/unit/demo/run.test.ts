import { execPath } from 'node:process'
import { expect, test } from 'vitest'
import { runDemo } from '../../../src/demo/run.ts'
import { serviceStory } from '../../../src/demo/stories/service.ts'
import { createStyle } from '../../../src/report/terminal.ts'

const rest = {
  story: serviceStory,
  common: [],
  env: {},
  print: () => undefined,
  style: createStyle({ isTTY: false, columns: undefined, env: {} }),
  width: 80,
  interrupted: new AbortController().signal,
}

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

test('a step by somebody else is shown as it would be typed, and done', async () => {
  const [printed, done]: [string[], object[]] = [[], []]
  const step = { says: 'Somebody takes it away.', ingress: 'shop', annotations: { 'a/b': null, c: 'd' } }
  await runDemo({
    ...rest,
    story: [step],
    program: ['/no/such/program'],
    print: (text) => printed.push(text),
    annotate: async (one) => {
      await Promise.resolve()
      done.push(one)
    },
  })
  expect(printed).toEqual([
    '# 1/1  Somebody takes it away.',
    '$ kubectl annotate ingress shop --overwrite a/b- c=d',
    'ingress.networking.k8s.io/shop annotated',
  ])
  expect(done).toEqual([step])
})
