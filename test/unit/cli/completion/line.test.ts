import { describe, expect, test } from 'vitest'
import { readLine } from '../../../../src/cli/completion/line.ts'

const flags = {
  namespace: { type: 'option', char: 'n' },
  expect: { type: 'option' },
  insecure: { type: 'boolean' },
} as const

const read = (line: string): ReturnType<typeof readLine> => {
  const words = line.split(' ')
  return readLine(words.slice(0, -1), words.at(-1) ?? '', flags)
}

describe('readLine', () => {
  test('takes flags and their values out of the words', () => {
    expect(read('-n shop web --insecure shop ')).toMatchObject({
      values: { namespace: 'shop' },
      words: ['web', 'shop'],
      typed: new Set(['namespace', 'insecure']),
      flag: undefined,
      partial: '',
    })
  })

  const beingTyped: [string, string | undefined, string][] = [
    ['-n ', 'namespace', ''],
    ['-n sh', 'namespace', 'sh'],
    ['--namespace sh', 'namespace', 'sh'],
    ['--namespace=sh', 'namespace', 'sh'],
    ['-n=sh', 'namespace', 'sh'],
    ['--insecure ', undefined, ''],
    ['--insecure=t', 'insecure', 't'],
    ['--expect=', 'expect', ''],
    ['--names', undefined, '--names'],
    ['-n --expect', 'namespace', '--expect'],
    ['-- -n=sh', undefined, '-n=sh'],
    ['--unknown ', undefined, ''],
    ['-x ', undefined, ''],
    ['-', undefined, '-'],
  ]
  for (const [line, flag, partial] of beingTyped) {
    test(`"${line}": ${flag === undefined ? 'a word' : `the value of --${flag}`}`, () => {
      expect(read(line)).toMatchObject({ flag, partial })
    })
  }

  test('reads values in all their forms, the last one counts', () => {
    for (const line of ['-n shop ', '-nshop ', '-n=shop ', '--namespace=shop ', '-n web --namespace shop '])
      expect(read(line).values).toStrictEqual({ namespace: 'shop' })
    expect(read('--expect= ').values).toStrictEqual({ expect: '' })
  })
})
