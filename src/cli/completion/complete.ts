import { splitCommand } from '../flags/argv.ts'
import { globalOptions } from '../flags/global-options.ts'
import { type Completion, directives, nothing, offer, type Candidate, files } from './candidate.ts'
import { type CompletableFlags, type TypedLine, readLine, type CompletableFlag } from './line.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import type { Names } from './names.ts'

/** A command, as completion sees it. */
export interface CompletableCommand {
  name: string
  summary: string
  /** Its words are Services: names, `svc/NAME`, `svc NAME`. */
  takesServices?: boolean
  /** What its words may be besides, each named with its kind. Loaded only when something is typed. */
  kinds?: () => Promise<readonly TargetKind[]>
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
  namesFor: (line: TypedLine) => Names,
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
  if (command === undefined) return nothing
  const target = await completeKind(line, names, command)
  if (target !== undefined) return target
  return command.takesServices === true ? await completeService(line, names, command) : nothing
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

/** Names of another kind than Services, where one was typed or begun: `ingress/`, `ing `, `ingr`. */
async function completeKind(
  { words, partial }: TypedLine,
  names: Names,
  { kinds }: CompletableCommand,
): Promise<Completion | undefined> {
  if (kinds === undefined || (words.length === 0 && partial === '')) return undefined
  const all = await kinds()
  const isCalled = ({ name, words: others }: TargetKind, word: string): boolean =>
    name === word || others.includes(word)
  const [first = ''] = words
  const typed = all.find((kind) => isCalled(kind, first))
  if (typed !== undefined) {
    const free = (await names.targets(typed)).filter(({ word }) => !words.includes(word))
    return offer(free, partial)
  }
  if (partial === '') return undefined
  const [, start = partial, slash = ''] = /^([^/]*)(\/)/.exec(partial) ?? []
  const begun = all.filter((kind) => (slash === '' ? kind.name.startsWith(start) : isCalled(kind, start)))
  if (begun.length === 0) return undefined
  const found = await Promise.all([
    // A Service may be called as a kind begins.
    ...(slash === '' ? [names.services()] : []),
    ...begun.map(async (kind) => {
      const prefix = slash === '' ? `${kind.name}/` : `${start}/`
      const targets = await names.targets(kind)
      return targets.map(({ word, description }) => ({ word: `${prefix}${word}`, description }))
    }),
  ])
  const free = found.flat().filter(({ word }) => !words.includes(word))
  return offer(free, partial)
}

/** Names of Services, in the form that was begun; the API server has sorted them. */
async function completeService(
  { words, partial }: TypedLine,
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

/** Flags whose value is a file or a folder: the shell knows best. */
const fileFlags = new Set([
  'ca',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'filename',
  'from-kubeconfig',
  'kubeconfig',
  'kustomize',
])

/** `--flag` and `-f` of what may still be typed. */
function completeFlagName(line: TypedLine, flags: CompletableFlags): Completion {
  const candidates = Object.entries(flags)
    .filter(([name, flag]) => flag.hidden !== true && !line.typed.has(name))
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([name, flag]) => namesOf(name, flag))
  return offer(candidates, line.partial)
}

function namesOf(name: string, { char, description }: CompletableFlag): Candidate[] {
  const long = { word: `--${name}`, description }
  return char === undefined ? [long] : [{ word: `-${char}`, description }, long]
}

/** The values of a flag: its list, or what the kubeconfig and the cluster have. */
async function completeFlagValue(
  name: string,
  flag: CompletableFlag | undefined,
  line: TypedLine,
  names: Names,
): Promise<Completion> {
  if (fileFlags.has(name)) return files
  const words = enumerated(flag)
  if (words.length > 0) {
    return offer(
      words.map((word) => ({ word })),
      line.partial,
    )
  }
  return offer(await names.ofFlag(name, line), line.partial)
}

/** The values that the flag's definition or, as kubectl writes it for -o, its description lists. */
function enumerated(flag: CompletableFlag | undefined): readonly string[] {
  if (flag?.type === 'boolean') return ['true', 'false']
  if (flag?.options !== undefined) return flag.options
  return /\bOne (?:or more )?of: \(([^)]+)\)/.exec(flag?.description ?? '')?.[1]?.split(/,\s*/) ?? []
}
