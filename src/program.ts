import packageJson from '../package.json' with { type: 'json' }
import { splitCommand } from './cli/argv.ts'
import { explainFailure, exitCodes, unknownFlag } from './cli/errors.ts'
import { globalOptions } from './cli/global-options.ts'
import { guardOutput } from './cli/output-guard.ts'
import { commandHelp, globalOptionsHelp, rootHelp } from './cli/help.ts'
import { commands } from './commands/index.ts'
import { didYouMean } from './model/spelling.ts'
import { UserError } from './model/user-error.ts'
import { sanitize } from './report/text/sanitize.ts'

const helpWords = new Set(['-h', '--help'])

/**
 * Runs one command line and returns its exit code. Prints its answer to stdout and failures to stderr.
 * `argv` is without the program's own name.
 */
export async function program(argv: readonly string[]): Promise<number> {
  if (argv[0] === '__complete') return await completeWords(argv.slice(1))
  const output = guardOutput(process)
  const exitCode = await runCommand(argv)
  return output.lost ? exitCodes.error : exitCode
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const { command: name, rest, missingValue } = splitCommand(argv, globalOptions)
  let flagNames = Object.keys(globalOptions)
  try {
    if (missingValue !== undefined) throw usage(`flag needs an argument: ${missingValue}`)
    const words = rest.slice(0, indexOrEnd(rest, '--'))
    const wantsHelp = words.some((word) => helpWords.has(word))
    if (name === undefined || name === 'help') return await help(name === 'help' ? rest[0] : undefined, words)
    if (name === 'options') return print(globalOptionsHelp())
    const entry = findCommand(name)
    if (wantsHelp) return await help(name, words)
    const Command = await entry.load()
    flagNames = [...flagNames, ...Object.keys(Command.flags ?? {})]
    await new Command(rest, packageJson.version).run()
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    const known = commands.some((command) => command.name === name)
    const failure = explainFailure(error, {
      ...(name === undefined || !known ? {} : { name }),
      flags: flagNames,
    })
    // Much of it are words of a server.
    const lines = failure.lines.flatMap((text) => text.split('\n')).map(sanitize)
    process.stderr.write(`${lines.join('\n')}\n`)
    return failure.exitCode
  }
}

/** What kubectl_complete-affinity asks for. */
async function completeWords(words: readonly string[]): Promise<number> {
  const { completionFor } = await import('./cli/completion/run.ts')
  const completable = commands.map(({ load, ...entry }) => ({
    ...entry,
    flags: async () => (await load()).flags,
  }))
  process.stdout.write(await completionFor(words, completable, packageJson.version))
  return 0
}

async function help(name: string | undefined, words: readonly string[]): Promise<number> {
  if (name !== undefined && name !== 'help' && !name.startsWith('-')) {
    const Command = await findCommand(name).load()
    return print(commandHelp(Command))
  }
  if (words[0] === '--version') return print(`kubectl-affinity v${packageJson.version}`)
  const unknown = words.find((word) => word !== '--version' && !helpWords.has(word) && !isGlobalFlag(word))
  if (unknown !== undefined && name === undefined) throw usage(unknownFlag(unknown))
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

function findCommand(name: string): (typeof commands)[number] {
  const entry = commands.find((command) => command.name === name)
  if (entry !== undefined) return entry
  const meant = didYouMean(
    name,
    commands.map((command) => command.name),
  )
  throw usage(
    `unknown command "${name}" for "kubectl affinity"`,
    meant === undefined ? [] : [`did you mean "${meant}"?`],
  )
}

function usage(message: string, hints: readonly string[] = []): UserError {
  return new UserError(message, { hints, exitCode: exitCodes.usage })
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function indexOrEnd(words: readonly string[], word: string): number {
  const index = words.indexOf(word)
  return index < 0 ? words.length : index
}
