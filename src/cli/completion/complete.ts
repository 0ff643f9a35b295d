import { splitCommand } from '../argv.ts'
import { globalOptions } from '../global-options.ts'
import { type Completion, directives, nothing, offer } from './candidate.ts'
import { completeFlagName, completeFlagValue } from './flags.ts'
import { type CompletableFlags, type Line, readLine } from './line.ts'
import type { Names } from './names.ts'

/** A command, as completion sees it. */
export interface CompletableCommand {
  name: string
  summary: string
  /** Its words are Services: names, `svc/NAME`, `svc NAME`. */
  takesServices?: boolean
  /** Commands of its own, offered where its first word is typed. */
  subcommands?: readonly CompletableCommand[]
  /** Only Services of this label are offered. */
  serviceSelector?: () => Promise<string>
  /** Words that it takes as well; offered to those who have begun one. */
  otherWords?: () => Promise<readonly string[]>
  /** Loaded only when one of its flags is typed. */
  flags: () => Promise<CompletableFlags>
}

/** What may follow the words after `kubectl affinity`; the last word is the one that is being typed. */
export async function complete(
  argv: readonly string[],
  commands: readonly CompletableCommand[],
  namesFor: (line: Line) => Names,
): Promise<Completion> {
  const typed = argv.slice(0, -1)
  const last = argv.at(-1) ?? ''
  const { command: name, rest } = splitCommand(typed, globalOptions)
  const { command, flags, words } = await commandOf(
    commands.find((candidate) => candidate.name === name),
    name === undefined ? typed : rest,
  )
  const line = readLine(words, last, flags)
  const names = namesFor(line)
  if (line.flag !== undefined) return await completeFlagValue(line.flag, flags[line.flag], line, names)
  if (last.startsWith('-') && !line.flagsEnded) return completeFlagName(line, withHelp(flags))
  if (name === undefined || name === 'help')
    return line.words.length > 0 ? nothing : commandNames(commands, last)
  const others =
    last === '' ? [] : ((await command?.otherWords?.()) ?? []).filter((word) => word.startsWith(last))
  if (others.length > 0) {
    return offer(
      others.map((word) => ({ word })),
      last,
    )
  }
  return command?.takesServices === true ? await completeService(line, names, command) : nothing
}

/** The command that the words after it are for: itself, or one of its own. */
async function commandOf(
  command: CompletableCommand | undefined,
  words: readonly string[],
): Promise<{ command: CompletableCommand | undefined; flags: CompletableFlags; words: readonly string[] }> {
  const flags: CompletableFlags = { ...globalOptions, ...(await command?.flags()) }
  if (command?.subcommands === undefined) return { command, flags, words }
  const { command: second, rest } = splitCommand(words, flags)
  const sub = command.subcommands.find((candidate) => candidate.name === second)
  return sub === undefined ? { command, flags, words } : await commandOf(sub, rest)
}

function withHelp(flags: CompletableFlags): CompletableFlags {
  return { ...flags, help: { type: 'boolean', char: 'h', description: 'Show help.' } }
}

function commandNames(commands: readonly CompletableCommand[], partial: string): Completion {
  const candidates = commands.map(({ name, summary }) => ({ word: name, description: summary }))
  return offer(candidates, partial, directives.keepOrder)
}

/** Names of Services, in the form that was begun; the API server has sorted them. */
async function completeService(
  { words, partial }: Line,
  names: Names,
  { subcommands = [], serviceSelector }: CompletableCommand,
): Promise<Completion> {
  const used = new Set(words.map((word) => word.replace(/^.*\//s, '')))
  const selector = await serviceSelector?.()
  const own =
    words.length === 0 ? subcommands.map(({ name, summary }) => ({ word: name, description: summary })) : []
  const services = (await names.services(selector)).filter(({ word }) => !used.has(word))
  const prefix = /^(svc|services?)\//.exec(partial)?.[0]
  const prefixed = (start: string): typeof services =>
    services.map(({ word, description }) => ({ word: `${start}${word}`, description }))
  if (prefix !== undefined) return offer(prefixed(prefix), partial)
  // After a kind, and where other names stand alone, only a name can follow.
  const begun = words.length === 0 && partial !== '' && 'svc/'.startsWith(partial)
  const kinds = begun ? prefixed('svc/') : []
  return offer([...own, ...services, ...kinds], partial)
}
