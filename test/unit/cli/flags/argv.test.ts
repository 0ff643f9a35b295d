import { describe, expect, test } from 'vitest'
import { keepLast, normaliseBooleans, splitCommand } from '../../../../src/cli/flags/argv.ts'

const flags = {
  namespace: { type: 'option', char: 'n' },
  v: { type: 'option', char: 'v' },
  insecure: { type: 'boolean', char: 'k' },
  filename: { type: 'option', char: 'f', multiple: true },
  jar: { type: 'boolean', allowNo: true },
} as const

describe('splitCommand finds the command wherever it stands', () => {
  const lines: [string, string | undefined, string][] = [
    ['probe web', 'probe', 'web'],
    ['probe', 'probe', ''],
    ['-n shop probe web', 'probe', '-n shop web'],
    ['-nshop probe web', 'probe', '-nshop web'],
    ['--namespace shop probe web', 'probe', '--namespace shop web'],
    ['--namespace=shop probe web', 'probe', '--namespace=shop web'],
    ['--insecure probe web', 'probe', '--insecure web'],
    ['--insecure=false probe web', 'probe', '--insecure=false web'],
    ['-k probe web', 'probe', '-k web'],
    ['-v 6 probe', 'probe', '-v 6'],
    ['-v=6 probe', 'probe', '-v=6'],
    ['--unknown probe', 'probe', '--unknown'],
    ['--help', undefined, '--help'],
    ['-- probe', undefined, '-- probe'],
    ['-', '-', ''],
    ['', undefined, ''],
  ]
  for (const [line, command, rest] of lines) {
    test(`"${line}"`, () => {
      const words = line === '' ? [] : line.split(' ')
      const split = splitCommand(words, flags)
      expect(split.command).toBe(command)
      expect(split.rest.join(' ')).toBe(rest)
      expect(split.missingValue).toBeUndefined()
    })
  }

  for (const line of ['-n', '--namespace', '--insecure -n'])
    test(`"${line}" lacks a value`, () => {
      expect(splitCommand(line.split(' '), flags).missingValue).toBe(line.split(' ').at(-1))
    })
})

describe('normaliseBooleans', () => {
  test.each(['--jar --no-jar', '--no-jar web --jar', '--jar=true --jar=false'])(
    'refuses what is switched on and off: %s',
    (line) => {
      expect(() => normaliseBooleans(line.split(' '), flags)).toThrow(
        '--jar and --no-jar cannot be used together',
      )
    },
  )

  const lines: [string, string][] = [
    ['--insecure', '--insecure'],
    ['--insecure=true', '--insecure'],
    ['--insecure=1', '--insecure'],
    ['--insecure=T', '--insecure'],
    ['--insecure=false web', 'web'],
    ['--insecure=F web', 'web'],
    ['-k=true', '-k'],
    ['-k=false web', 'web'],
    ['--namespace --insecure=maybe', '--namespace --insecure=maybe'],
    ['-n --insecure=false', '-n --insecure=false'],
    ['--namespace=true', '--namespace=true'],
    ['--other=false', '--other=false'],
    ['-- --insecure=false', '-- --insecure=false'],
  ]
  for (const [line, expected] of lines)
    test(line, () => expect(normaliseBooleans(line.split(' '), flags).join(' ')).toBe(expected))

  // The value would be the next word, and so the name of a target.
  test.each(['--insecure=maybe', '--insecure=', '-k=yes', '--insecure=true\nx'])('%j is refused', (word) => {
    expect(() => normaliseBooleans([word], flags)).toThrow(
      /^invalid argument ".*" for "--.*" flag: must be true or false$/s,
    )
  })
})

describe('keepLast', () => {
  test.each([
    ['-n shop web -n blog', 'web -n blog'],
    ['--namespace=shop -nblog web', '-nblog web'],
    ['-n=shop --namespace blog -n x', '-n x'],
    ['-f a -f b', '-f a -f b'],
    // The value of a flag is no flag.
    ['-f -n -n shop', '-f -n -n shop'],
    ['-n shop -n', '-n'],
    ['-n shop -- -n blog', '-n shop -- -n blog'],
    ['--unknown=1 --unknown=2 -', '--unknown=1 --unknown=2 -'],
  ])('%s', (line, kept) => {
    expect(keepLast(line.split(' '), flags).join(' ')).toBe(kept)
  })
})
