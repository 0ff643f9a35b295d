import { stderr, stdout } from './cli/terminal.ts'
import packageJson from '../package.json' with { type: 'json' }
import { splitCommand } from './cli/flags/argv.ts'
import { explainFailure, exitCodes, unknownFlag } from './cli/errors.ts'
import { globalOptions } from './cli/flags/global-options.ts'
import { commandHelp, globalOptionsHelp, rootHelp } from './cli/help.ts'
import type { CompletableCommand } from './cli/completion/complete.ts'
import { writeProblem } from './cli/problem.ts'
import { type CommandEntry, commands } from './commands/index.ts'
import { didYouMean } from './model/common/words/spelling.ts'
import { usageError, type UserError } from './model/common/user-error.ts'

const helpWords = new Set(['-h', '--help', '--help=true'])

/**
 * Runs one command line and returns its exit code. Prints its answer to stdout and failures to stderr.
 * `argv` is without the program's own name.
 */
export async function program(argv: readonly string[]): Promise<number> {
  if (argv[0] === '__complete') return await completeWords(argv.slice(1))
  const exitCode = await runCommand(argv)
  await stdout.flushed()
  if (stdout.failure === undefined) return exitCode
  stderr.write(`error: could not write output: ${stdout.failure.message}\n`)
  return exitCodes.error
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const { command: word, rest, missingValue } = splitCommand(argv, globalOptions)
  let name: string | undefined
  let flagNames = Object.keys(globalOptions)
  try {
    if (missingValue !== undefined) throw usageError(`flag needs an argument: ${missingValue}`)
    const words = rest.slice(0, indexOrEnd(rest, '--'))
    const wantsHelp = words.some((one) => helpWords.has(one))
    if (word === 'help' && rest[0] !== undefined && rest[0] !== 'help' && !rest[0].startsWith('-'))
      return await help(await findCommand(rest[0], rest.slice(1)))
    if (word === undefined || word === 'help') return rootAnswer(word, words)
    if (word === 'options') return print(globalOptionsHelp())
    const found = await findCommand(word, rest)
    name = found.name
    if (wantsHelp) return await help(found)
    const Command = await found.entry.load()
    flagNames = [...flagNames, ...Object.keys(Command.flags ?? {})]
    const { configOf } = await import('./cli/oclif/oclif-command.ts')
    return await new Command(found.rest, configOf(packageJson.version)).run()
  } catch (error) {
    const failure = explainFailure(error, { ...(name === undefined ? {} : { name }), flags: flagNames })
    await writeProblem(failure.lines)
    return failure.exitCode
  }
}

/** What kubectl_complete-affinity asks for. */
async function completeWords(words: readonly string[]): Promise<number> {
  const { completionFor } = await import('./cli/completion/run.ts')
  stdout.write(await completionFor(words, commands.map(completable), packageJson.version))
  return 0
}

function completable({ load, subcommands, ...entry }: CommandEntry): CompletableCommand {
  return {
    ...entry,
    flags: async () => (await load()).flags,
    ...(subcommands === undefined ? {} : { subcommands: subcommands.map(completable) }),
  }
}

async function help({ entry }: FoundCommand): Promise<number> {
  return print(commandHelp(await entry.load(), entry.subcommands))
}

/** What a line without a command gets. */
function rootAnswer(word: string | undefined, words: readonly string[]): number {
  if (words[0] === '--version') return print(`kubectl-affinity v${packageJson.version}`)
  const unknown = words.find((one) => one !== '--version' && !helpWords.has(one) && !isGlobalFlag(one))
  if (unknown !== undefined && word === undefined) throw usageError(unknownFlag(unknown))
  return print(rootHelp(commands))
}

function isGlobalFlag(word: string): boolean {
  const name = /^--?([^=]+)/.exec(word)?.[1] ?? ''
  return (
    !word.startsWith('-') ||
    name in globalOptions ||
    Object.values(globalOptions).some((option) => 'char' in option && option.char === name[0])
  )
}

interface FoundCommand {
  entry: CommandEntry
  /** As it is typed: `external list`. */
  name: string
  /** The words after it, and the flags before it. */
  rest: string[]
}

/** The command of a word; one with commands of its own looks for theirs among the rest. */
async function findCommand(word: string, rest: string[]): Promise<FoundCommand> {
  const entry = commands.find((command) => command.name === word)
  if (entry === undefined) throw unknownCommand(word)
  if (entry.subcommands === undefined) return { entry, name: word, rest }
  const { flags } = await entry.load()
  const { command: second, rest: others } = splitCommand(rest, { ...globalOptions, ...flags })
  const sub = entry.subcommands.find((command) => command.name === second)
  return sub === undefined
    ? { entry, name: word, rest }
    : { entry: sub, name: `${word} ${sub.name}`, rest: others }
}

function unknownCommand(word: string): UserError {
  const meant = didYouMean(
    word,
    commands.map((command) => command.name),
  )
  return usageError(
    `unknown command "${word}" for "kubectl affinity"`,
    ...(meant === undefined ? [] : [`did you mean "${meant}"?`]),
  )
}

function print(text: string): number {
  stdout.write(`${text}\n`)
  return 0
}

function indexOrEnd(words: readonly string[], word: string): number {
  const index = words.indexOf(word)
  return index < 0 ? words.length : index
}
