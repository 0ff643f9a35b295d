import { describe, expect, test } from 'vitest'
import { commandHelp, flagGroups, rootHelp } from '../../../src/cli/help.ts'
import { changeFlags } from '../../../src/commands/change/flags.ts'
import { externalFlags } from '../../../src/commands/external/flags.ts'
import { probeFlags } from '../../../src/commands/probe/flags/definitions.ts'

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

  test('flags stand under their headings, in the order of the groups and then of the alphabet', () => {
    const flag = (helpGroup?: string) => ({ type: 'boolean', helpGroup, description: 'It.' }) as const
    const flags = { b: flag('Pod'), c: flag('Load'), d: flag('Pod'), a: flag('Pod'), e: flag() }
    const help = commandHelp({ usage: 'kubectl affinity x', flags })
    expect(help.match(/^(\w.*Options|Options|    --\w)/gm)).toStrictEqual([
      'Options',
      '    --e',
      'Pod Options',
      '    --a',
      '    --b',
      '    --d',
      'Load Options',
      '    --c',
    ])
  })

  test('of commands with groups, every flag has one', () => {
    for (const flags of [probeFlags, changeFlags, externalFlags])
      expect(flagGroups(flags).map(({ group }) => group)).not.toContain(undefined)
  })

  test('of a command with nothing but a usage line', () => {
    expect(commandHelp({ usage: 'kubectl affinity x' })).not.toContain('Options:')
  })
})
