import { ClusterError } from '../cluster/answers/errors.ts'
import { didYouMean } from '../model/common/words/spelling.ts'
import { UserError } from '../model/common/user-error.ts'
import { hintText } from './remedies.ts'

/** What the person at the terminal is told about a failure, and the exit code. */
export interface CommandFailure {
  /** Complete lines for stderr. */
  lines: string[]
  exitCode: number
}

/** Exit codes besides 0; see docs/output.md. */
export const exitCodes = {
  error: 1,
  usage: 2,
  differs: 3,
  inconclusive: 4,
  interrupted: 130,
  terminated: 143,
  /** As of a program that SIGPIPE has ended. */
  readerLeft: 141,
} as const

/** Everything that can be thrown becomes words and an exit code here, and nowhere else. */
export function explainFailure(
  error: unknown,
  command: { name?: string; flags: readonly string[] },
): CommandFailure {
  if (error instanceof UserError) {
    return {
      lines: [
        `error: ${ownWords(error.message)}`,
        ...error.hints.map((hint) => `  ${hintText(hint)}`),
        ...(error.exitCode === exitCodes.usage ? [seeHelp(command.name)] : []),
      ],
      exitCode: error.exitCode,
    }
  }
  const usage = explainUsageError(error, command)
  if (usage !== undefined) return usage
  if (error instanceof ClusterError) {
    return {
      lines: [error.message, ...(error.hint === undefined ? [] : [`  ${error.hint}`])],
      exitCode: exitCodes.error,
    }
  }
  return { lines: bugLines(error), exitCode: exitCodes.error }
}

function seeHelp(command: string | undefined): string {
  return `See 'kubectl affinity${command === undefined ? '' : ` ${command}`} --help' for usage.`
}

/** oclif writes around the message of an error that a flag's parser throws. */
function ownWords(message: string): string {
  return /^Parsing --\S+ \n\t([\s\S]*)\nSee more help with --help$/.exec(message)?.[1] ?? message
}

/** oclif's parser errors in kubectl's words. All of its errors carry `oclif`, whatever a minifier calls their classes. */
function explainUsageError(
  error: unknown,
  command: { name?: string; flags: readonly string[] },
): CommandFailure | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined
  const see = seeHelp(command.name)
  if ('flags' in error && Array.isArray(error.flags) && typeof error.flags[0] === 'string') {
    const flag = error.flags[0]
    const meant = flag.startsWith('--') ? didYouMean(flag.slice(2), command.flags) : undefined
    return {
      lines: [
        `error: ${unknownFlag(flag)}`,
        ...(meant === undefined ? [] : [`  did you mean --${meant}?`]),
        see,
      ],
      exitCode: exitCodes.usage,
    }
  }
  const message = error.message.split('\n')[0] ?? ''
  return { lines: [`error: ${inKubectlsWords(message)}`, see], exitCode: exitCodes.usage }
}

/** What kubectl says about a flag that it does not know. */
export function unknownFlag(word: string): string {
  return word.startsWith('--')
    ? `unknown flag: ${word.replace(/=.*/s, '')}`
    : `unknown shorthand flag: '${word.slice(1, 2)}' in ${word}`
}

function inKubectlsWords(message: string): string {
  const missing = /^Flag (--\S+) expects a value$/.exec(message)
  const oneOfMissing = /^Flag (--\S+) expects one of these values: (.*)$/s.exec(message)
  const flag = missing?.[1] ?? oneOfMissing?.[1]
  const values = oneOfMissing?.[2]?.trim().replace(/,\s*/g, ', ')
  if (flag !== undefined)
    return `flag needs an argument: ${flag}${values === undefined ? '' : `, one of ${values}`}`
  const oneOf = /^Expected (--[^=]+)=(.*) to be one of: (.*)$/.exec(message)
  if (oneOf !== null)
    return `invalid argument "${oneOf[2]}" for "${oneOf[1]}" flag: must be one of ${oneOf[3]}`
  return message.charAt(0).toLowerCase() + message.slice(1)
}

function bugLines(error: unknown): string[] {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    'error: internal error, please report it with the lines below and the command that was run',
    ...text.split('\n'),
  ]
}
