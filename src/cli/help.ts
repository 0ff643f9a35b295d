import type { Command } from '@oclif/core'
import { globalOptions } from './flags/global-options.ts'

/** The parts of a flag that help shows: of oclif's flags, and of our table of global options. */
interface DocumentedFlag {
  type: 'boolean' | 'option'
  char?: string | undefined
  description?: string | undefined
  hidden?: boolean | undefined
  /** The heading that it stands under. */
  helpGroup?: string | undefined
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
  for (const { group, flags } of flagGroups(command.flags ?? {}))
    sections.push(`${group === undefined ? 'Options' : `${group} Options`}:\n${flagList(flags)}`)
  sections.push(`Usage:\n${indent([command.usage ?? ''].flat().join('\n'), '  ')}`, optionsHint)
  return sections.join('\n\n')
}

/** `kubectl affinity options`: the flags that every command takes. */
export function globalOptionsHelp(): string {
  return `The following options can be passed to any command:\n\n${flagList(documentedFlags(globalOptions))}`
}

function exampleText(example: Command.Example): string {
  return typeof example === 'string' ? example : `# ${example.description}\n${example.command}`
}

function flagList(flags: readonly FlagWords[]): string {
  return flags
    .map(({ names, initial, description }) => `    ${names}=${initial}:\n\t${description}`)
    .join('\n\n')
}

/** What help and docs/commands say about a flag: how it is written, its default, and what it does. */
interface FlagWords {
  names: string
  initial: string
  description: string
}

/** The flags of a command by their groups, those without one first; the global options are told apart from them. */
export function flagGroups(
  flags: Readonly<Record<string, DocumentedFlag>>,
): { group: string | undefined; flags: FlagWords[] }[] {
  const own = Object.entries(flags).filter(([name]) => !(name in globalOptions))
  const groups = new Set([undefined, ...own.map(([, { helpGroup }]) => helpGroup)])
  return [...groups]
    .map((group) => ({
      group,
      flags: documentedFlags(Object.fromEntries(own.filter(([, { helpGroup }]) => helpGroup === group))),
    }))
    .filter((part) => part.flags.length > 0)
}

/** Flags in the order of the alphabet. */
export function documentedFlags(flags: Readonly<Record<string, DocumentedFlag>>): FlagWords[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
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
