import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { affinity, dist } from './support/executable.ts'

describe('completion without a cluster', () => {
  test('offers commands and flags', async () => {
    expect(await affinity(['__complete', 'ver'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^version\tPrint .*\n:36\n$/),
      stderr: '',
    })
    expect((await affinity(['__complete', 'probe', '--requ'])).stdout).toMatch(
      /^--request-timeout\t.*\n--requests\t.*\n:4\n$/,
    )
  })

  test('offers nothing and says nothing where there is no cluster, or a broken kubeconfig', async () => {
    for (const flags of [[], ['--kubeconfig', '/dev/null/x'], ['--kubeconfig', import.meta.filename]])
      for (const words of [
        ['probe', ''],
        ['--context', ''],
        ['-n', ''],
      ])
        expect(await affinity(['__complete', ...flags, ...words])).toMatchObject({
          code: 0,
          stdout: ':4\n',
          stderr: '',
        })
  })

  test('forgives words that make no sense', async () => {
    for (const words of [[], ['--'], ['-', ''], ['--=', ''], ['-n'], ['=', '=']])
      expect(await affinity(['__complete', ...words])).toMatchObject({ code: 0, stderr: '' })
  })

  test('the printed file is the one beside the executable', async () => {
    const { stdout } = await affinity(['completion'])
    expect(stdout).toBe(readFileSync(join(dist, 'kubectl_complete-affinity'), 'utf8'))
  })
})
