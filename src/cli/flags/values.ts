import * as Flags from '@oclif/core/flags'
import { parseDuration } from '../../model/common/words/amounts.ts'
import { invalidValue, usageError } from '../../model/common/user-error.ts'

type Range = {
  min: number
  max: number
}

/** A flag that takes text; help shows nothing as its default. */
export const textFlag = Flags.custom({ helpValue: "''" })

/** A flag that can be given more than once, and takes one word each time. */
export const listFlag = Flags.custom({ helpValue: '[]', multiple: true, multipleNonGreedy: true })

/** A flag that takes a duration; its value is milliseconds. */
export const durationFlag = Flags.custom<number, Range>({
  // oxlint-disable-next-line require-await -- oclif's signature
  parse: async (text, _context, { name, min, max }) => {
    const ms = parseDuration(text)
    if (ms === undefined) throw invalidValue(name, text, 'must be a duration such as 500ms, 5s or 1m30s')
    if (ms < min || ms > max)
      throw invalidValue(name, text, `must be between ${min / 1000}s and ${max / 1000}s`)
    return ms
  },
})

/** A flag that takes a whole number. */
export const countFlag = Flags.custom<number, Range>({
  // oxlint-disable-next-line require-await -- oclif's signature
  parse: async (text, _context, { name, min, max }) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max))
      throw invalidValue(name, text, `must be a whole number from ${min} to ${max}`)
    return value
  },
})

/** `-o`: an empty one is as none, as of kubectl. */
export const outputFlag = Flags.custom({
  char: 'o',
  default: 'text',
  // oxlint-disable-next-line require-await -- oclif's signature
  parse: async (text) => (text === '' ? 'text' : text),
})

/** Whether a flag has a value, other than that of a switch that is off. */
export function isGiven<Flags extends object>(flags: Flags, name: keyof Flags): boolean {
  return flags[name] !== undefined && flags[name] !== false
}

/** One of the formats that a command can print. Throws UserError, in kubectl's words, for another (cli-runtime, NoCompatiblePrinterError). */
export function readFormat<Format extends string>(word: string, allowed: readonly Format[]): Format {
  const format = allowed.find((name) => name === word)
  if (format !== undefined) return format
  throw usageError(
    `unable to match a printer suitable for the output format ${JSON.stringify(word)}, allowed formats are: ${allowed.join(',')}`,
  )
}

/** For commands that take flags only. */
export function refuseArguments(
  command: string,
  words: readonly unknown[],
  hints: readonly string[] = [],
): void {
  if (words.length === 0) return
  const listed = words.map((word) => `"${String(word)}"`).join(', ')
  throw usageError(`${command} takes no arguments, got ${listed}`, ...hints)
}
