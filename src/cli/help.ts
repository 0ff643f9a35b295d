import type { Command } from '@oclif/core'
import { globalOptions } from './global-options.ts'

/** The parts of a flag that help shows: of oclif's flags, and of our table of global options. */
interface DocumentedFlag {
  type: 'boolean' | 'option'
  char?: string | undefined
  description?: string | undefined
  hidden?: boolean | undefined
  helpValue?: string | readonly string[] | undefined
  default?: unknown
}

/** The parts of a command that help shows. */
export interface Documented {
  summary?: string | undefined
  description?: string | undefined
  usage?: string | string[] | undefined
  examples?: Command.Example[] | undefined
  flags?: Readonly<Record<string, DocumentedFlag>>
}

/** A command's line in the list of commands. */
export interface CommandSummary {
  name: string
  summary: string
  group: string
}

const optionsHint =
  'Use "kubectl affinity options" for a list of global command-line options (applies to all commands).'

/** `kubectl affinity --help`: what the tool is for, and its commands in groups. */
export function rootHelp(commands: readonly CommandSummary[]): string {
  const groups = commandGroups(commands)
  return [
    'Shows who decides which pod gets a request, and proves whether clients stay on their pod (session affinity, "sticky sessions").',
    ...groups,
    'Usage:\n  kubectl affinity [command] [flags] [options]',
    `Use "kubectl affinity <command> --help" for more information about a given command.\n${optionsHint}`,
  ].join('\n\n')
}

/** Commands by their groups, summaries aligned. */
function commandGroups(commands: readonly CommandSummary[]): string[] {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [...new Set(commands.map((command) => command.group))].map((group) => {
    const lines = commands
      .filter((command) => command.group === group)
      .map((command) => `  ${command.name.padEnd(width)}   ${command.summary}`)
    return [`${group}:`, ...lines].join('\n')
  })
}

/** `kubectl affinity COMMAND --help`, in kubectl's order: what it does, examples, its own commands, options, usage. */
export function commandHelp(command: Documented, subcommands: readonly CommandSummary[] = []): string {
  const sections = [command.summary ?? '']
  if (command.description !== undefined) sections.push(indent(command.description, ' '))
  if (command.examples?.length) {
    sections.push(
      `Examples:\n${command.examples.map((example) => indent(exampleText(example), '  ')).join('\n\n')}`,
    )
  }
  if (subcommands.length > 0) sections.push(...commandGroups(subcommands))
  const options = flagList(command.flags ?? {}, (name) => !(name in globalOptions))
  if (options !== '') sections.push(`Options:\n${options}`)
  sections.push(`Usage:\n${indent([command.usage ?? ''].flat().join('\n'), '  ')}`, optionsHint)
  return sections.join('\n\n')
}

/** `kubectl affinity options`: the flags that every command takes. */
export function globalOptionsHelp(): string {
  return `The following options can be passed to any command:\n\n${flagList(globalOptions, () => true)}`
}

function exampleText(example: Command.Example): string {
  return typeof example === 'string' ? example : `# ${example.description}\n${example.command}`
}

function flagList(
  flags: Readonly<Record<string, DocumentedFlag>>,
  wanted: (name: string) => boolean,
): string {
  return documentedFlags(flags, wanted)
    .map(({ names, initial, description }) => `    ${names}=${initial}:\n\t${description}`)
    .join('\n\n')
}

/** What help and docs/commands say about flags: how they are written, their default, and what they do. */
export function documentedFlags(
  flags: Readonly<Record<string, DocumentedFlag>>,
  wanted: (name: string) => boolean,
): { names: string; initial: string; description: string }[] {
  return Object.entries(flags)
    .filter(([name, flag]) => wanted(name) && flag.hidden !== true)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, flag]) => ({
      names: flagNames(name, flag),
      initial: flagDefault(flag),
      description: flag.description ?? '',
    }))
}

function flagNames(name: string, flag: DocumentedFlag): string {
  if (flag.char === undefined) return `--${name}`
  return name.length === 1 ? `-${name}, --${name}` : `-${flag.char}, --${name}`
}

function flagDefault(flag: DocumentedFlag): string {
  if (flag.type === 'boolean') return flag.default === true ? 'true' : 'false'
  if (flag.helpValue !== undefined) return [flag.helpValue].flat().join('')
  return typeof flag.default === 'number'
    ? String(flag.default)
    : `'${typeof flag.default === 'string' ? flag.default : ''}'`
}

function indent(text: string, by: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : by + line))
    .join('\n')
}
