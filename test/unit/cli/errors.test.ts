import { describe, expect, test } from 'vitest'
import { explainFailure, unknownFlag } from '../../../src/cli/errors.ts'
import { ApiError, ConnectionError } from '../../../src/cluster/index.ts'
import { UserError } from '../../../src/model/common/user-error.ts'

const probe = { name: 'probe', flags: ['requests', 'node'] }

describe('explainFailure', () => {
  test('what the user can mend', () => {
    const error = new UserError('no ready endpoints', { hints: ['see the pods', 'or wait'] })
    expect(explainFailure(error, probe)).toStrictEqual({
      lines: ['error: no ready endpoints', '  see the pods', '  or wait'],
      exitCode: 1,
    })
  })

  test('wrong usage names the help of the command', () => {
    const error = new UserError('no', { exitCode: 2 })
    expect(explainFailure(error, probe).lines.at(-1)).toBe("See 'kubectl affinity probe --help' for usage.")
    expect(explainFailure(error, { flags: [] }).lines.at(-1)).toBe("See 'kubectl affinity --help' for usage.")
  })

  test('a flag’s parser, without what oclif writes around it', () => {
    const error = new UserError('must be 1', { exitCode: 2 })
    error.message = `Parsing --requests \n\t${error.message}\nSee more help with --help`
    expect(explainFailure(error, probe).lines[0]).toBe('error: must be 1')
  })

  test('the words of src/cluster stay as they are', () => {
    const api = new ApiError(
      { apiVersion: 'v1', kind: 'Status', code: 404, reason: 'NotFound', message: 'no such thing' },
      { verb: 'GET', path: '/' },
    )
    expect(explainFailure(api, probe)).toStrictEqual({ lines: [api.message], exitCode: 1 })
    const refused = new ConnectionError('refused', 'The connection was refused', { hint: 'try another' })
    expect(explainFailure(refused, probe).lines).toStrictEqual([
      'The connection was refused',
      '  try another',
    ])
  })

  test('a mistake of ours asks for a report, with the stack', () => {
    const { lines, exitCode } = explainFailure(new TypeError('x is undefined'), probe)
    expect(lines[0]).toMatch(/internal error, please report it/)
    expect(lines[1]).toBe('TypeError: x is undefined')
    expect(lines[2]).toMatch(/^\s+at /)
    expect(exitCode).toBe(1)
    expect(explainFailure('text', probe).lines[1]).toBe('text')
  })
})

test('unknownFlag speaks as kubectl', () => {
  expect(unknownFlag('--bogus=5')).toBe('unknown flag: --bogus')
  expect(unknownFlag('-zx')).toBe("unknown shorthand flag: 'z' in -zx")
})
