import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { layoutCommand, splitAdvice } from '../../../../src/report/text/command.ts'
import { type Line, paintLines, span } from '../../../../src/report/text/line.ts'
import { textWidth } from '../../../../src/report/text/width.ts'
import { createStyle } from '../../../../src/report/terminal.ts'

const style = createStyle({ isTTY: false, env: {} })

function shown(command: string, width: number, indent = 8): string[] {
  const lines: Line[] = layoutCommand(command, { width, label: span('next'.padEnd(indent)), indent })
  return paintLines(lines, { width, style })
}

const patch = `kubectl patch service shop -n default --type=json -p '[{"op": "remove", "path": "/spec/selector"}]'`

describe('a command that wraps', () => {
  test('stands on one line where it fits', () => {
    expect(shown('kubectl affinity probe svc/web -n shop', 80)).toStrictEqual([
      'next    kubectl affinity probe svc/web -n shop',
    ])
  })

  test('breaks between words, flags stay with their values, and a backslash tells the shell', () => {
    expect(shown(patch, 60)).toStrictEqual([
      String.raw`next    kubectl patch service shop -n default --type=json \ `.trimEnd(),
      `        -p '[{"op": "remove", "path": "/spec/selector"}]'`,
    ])
  })

  test('stands below its label where there is no room beside it, and breaks between the words of the verb', () => {
    expect(shown(patch, 20)).toStrictEqual([
      'next',
      String.raw`  kubectl patch \ `.trimEnd(),
      String.raw`  service shop \ `.trimEnd(),
      String.raw`  -n default \ `.trimEnd(),
      String.raw`  --type=json -p \ `.trimEnd(),
      `  '[{"op": "remove", "path": "/spec/selector"}]'`,
    ])
    expect(shown('kubectl affinity enable svc/web', 20)).toStrictEqual([
      'next',
      String.raw`  kubectl affinity \ `.trimEnd(),
      '  enable svc/web',
    ])
  })

  const word = fc.oneof(
    fc.stringMatching(/^[a-z0-9./=,:-]{1,70}$/),
    fc.stringMatching(/^--?[a-z]{1,12}$/),
    fc.stringMatching(/^'[a-zA-Z0-9 {}"\\[\]:,;]{0,50}'$/),
    fc.stringMatching(/^[a-z]{0,4}"[a-z ,':]{0,40}"$/),
  )

  test('is the same to a shell at any width from 20 columns', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 20, max: 120 }), (words, width) => {
        const command = ['kubectl affinity probe', ...words].join(' ')
        const lines = shown(command, width)
        // Longer than the terminal is a line of one word only, which it would cut anyway.
        for (const line of lines.filter((one) => textWidth(one) > width))
          expect(
            line
              .replace(/ \\$/, '')
              .trim()
              .match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g),
            line,
          ).toHaveLength(1)
        const pasted = lines.join('\n').replace(/^next */, '')
        expect(argumentsOf(pasted), pasted).toStrictEqual(argumentsOf(command))
      }),
      { numRuns: 150 },
    )
  })
})

/** What a shell makes of a line. */
function argumentsOf(line: string): string[] {
  const script = `kubectl() { printf '%s\\0' "$@"; }\n${line}`
  return execFileSync('sh', ['-f', '-c', script], { encoding: 'utf8' }).split('\0')
}

test('splitAdvice tells a sentence from the command at its end', () => {
  expect(splitAdvice('kubectl get pods')).toStrictEqual({ command: 'kubectl get pods' })
  expect(splitAdvice('use nftables')).toStrictEqual({ sentence: 'use nftables' })
  expect(splitAdvice('see why:  kubectl get pods -n a')).toStrictEqual({
    sentence: 'see why:',
    command: 'kubectl get pods -n a',
  })
})
