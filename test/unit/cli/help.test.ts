import { describe, expect, test } from 'vitest'
import { commandHelp, rootHelp } from '../../../src/cli/help.ts'

describe('rootHelp', () => {
  test('groups commands in the order they come in, summaries aligned', () => {
    const help = rootHelp([
      { name: 'probe', summary: 'Send', group: 'Troubleshooting Commands' },
      { name: 'a', summary: 'Do', group: 'Other Commands' },
      { name: 'b', summary: 'Be', group: 'Troubleshooting Commands' },
    ])
    expect(help).toContain(
      'Troubleshooting Commands:\n  probe   Send\n  b       Be\n\nOther Commands:\n  a       Do\n\nUsage:',
    )
  })
})

describe('commandHelp', () => {
  test('in kubectl’s order, without the global flags and hidden ones', () => {
    const help = commandHelp({
      summary: 'Do it.',
      description: 'First.\n\nSecond.',
      usage: 'kubectl affinity do NAME',
      examples: [{ description: 'Do web', command: 'kubectl affinity do web' }],
      flags: {
        port: { type: 'option', char: 'p', description: 'A port.', default: '80' } as never,
        all: { type: 'boolean', description: 'All of it.' } as never,
        context: { type: 'option', description: 'Global.' } as never,
        secret: { type: 'boolean', hidden: true } as never,
      },
    })
    expect(help).toBe(
      [
        'Do it.',
        ' First.',
        ' Second.',
        'Examples:\n  # Do web\n  kubectl affinity do web',
        'Options:\n    --all=false:\n\tAll of it.',
        "    -p, --port='80':\n\tA port.",
        'Usage:\n  kubectl affinity do NAME',
        'Use "kubectl affinity options" for a list of global command-line options (applies to all commands).',
      ].join('\n\n'),
    )
  })

  test('of a command with nothing but a usage line', () => {
    expect(commandHelp({ usage: 'kubectl affinity x' })).not.toContain('Options:')
  })
})
