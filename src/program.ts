import type { Interfaces } from '@oclif/core'
import packageJson from '../package.json' with { type: 'json' }
import { splitCommand } from './cli/argv.ts'
import { explainFailure, exitCodes, unknownFlag } from './cli/errors.ts'
import { globalOptions } from './cli/global-options.ts'
import { guardOutput, type OutputGuard } from './cli/output.ts'
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
  const exitCode = await runCommand(argv, output)
  return output.lost ? exitCodes.error : exitCode
}

async function runCommand(argv: readonly string[], output: OutputGuard): Promise<number> {
  const { command: name, rest, missingValue } = splitCommand(argv, globalOptions)
  let flagNames = Object.keys(globalOptions)
  try {
    if (missingValue !== undefined) throw usage(`flag needs an argument: ${missingValue}`)
    const words = rest.slice(0, indexOrEnd(rest, '--'))
    const wantsHelp = words.some((word) => helpWords.has(word))
    if (name === undefined || name === 'help')
      return await help(name === 'help' ? rest[0] : undefined, words, output)
    if (name === 'options') return print(globalOptionsHelp())
    const entry = findCommand(name)
    if (wantsHelp) return await help(name, words, output)
    const Command = await entry.load()
    output.takeOver()
    flagNames = [...flagNames, ...Object.keys(Command.flags ?? {})]
    await Command.run(rest, embeddedOclif(name))
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

async function help(
  name: string | undefined,
  words: readonly string[],
  output: OutputGuard,
): Promise<number> {
