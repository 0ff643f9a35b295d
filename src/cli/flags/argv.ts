import { invalidValue, usageError } from '../../model/common/user-error.ts'

/** What a flag's definition must tell to place its words: its type and its one-letter form. */
interface FlagShape {
  type: 'boolean' | 'option'
  char?: string | undefined
  /** On unless switched off: `--no-NAME` is what oclif reads. */
  allowNo?: boolean | undefined
  /** Each time that it stands there counts. */
  multiple?: boolean | undefined
}

type FlagShapes = Readonly<Record<string, FlagShape>>

interface SplitArguments {
  /** The sub-command, undefined where only flags were typed. */
  command: string | undefined
  /** Everything else in its order. */
  rest: string[]
  /** A flag at the end whose value is not there. */
  missingValue?: string
}

/**
 * Takes the sub-command out of the words, wherever it stands: kubectl lets global flags come first
 * (`kubectl affinity -n shop probe web`), oclif does not.
 */
export function splitCommand(argv: readonly string[], flags: FlagShapes): SplitArguments {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (word === '--') break
    if (!word.startsWith('-') || word === '-') {
      return { command: word, rest: [...argv.slice(0, index), ...argv.slice(index + 1)] }
    }
    if (!takesNextWord(word, flags)) continue
    index++
    if (index === argv.length) return { command: undefined, rest: [...argv], missingValue: word }
  }
  return { command: undefined, rest: [...argv] }
}

/**
 * Rewrites `--flag=true` and `--flag=false` of boolean flags, which kubectl's parser allows and oclif's does not.
 * A false one is left out, or negated where the flag is on unless asked not to be. Throws UserError for another value, which
 * oclif would take for the next word: it would be the name of a target.
 */
export function normaliseBooleans(argv: readonly string[], flags: FlagShapes): string[] {
  const words: string[] = []
  let flagsEnded = false
  let isValue = false
  for (const word of argv) {
    flagsEnded ||= word === '--' && !isValue
    const match = flagsEnded || isValue ? null : /^(--?[^=]+)=([^]*)$/.exec(word)
    isValue = !flagsEnded && !isValue && word.startsWith('-') && word !== '-' && takesNextWord(word, flags)
    const flag = match === null ? undefined : findFlag(match[1]!, flags)
    if (match === null || flag?.type !== 'boolean') words.push(word)
    else if (isTrue(match[1]!, match[2]!)) words.push(match[1]!)
    else if (flag.allowNo === true) words.push(`--no-${match[1]!.slice(2)}`)
  }
  refuseBoth(words, flags)
  return words
}

/** Throws UserError where a flag is switched on and off. */
function refuseBoth(words: readonly string[], flags: FlagShapes): void {
  const end = words.indexOf('--')
  const typed = new Set(end === -1 ? words : words.slice(0, end))
  for (const [name, { allowNo }] of Object.entries(flags))
    if (allowNo === true && typed.has(`--${name}`) && typed.has(`--no-${name}`))
      throw usageError(`--${name} and --no-${name} cannot be used together`)
}

/**
 * Takes out what a later word overrules: an alias says `-n shop`, and who types `-n blog` behind it means that. kubectl's
 * parser takes the last one, oclif's refuses the second.
 */
export function keepLast(argv: readonly string[], flags: FlagShapes): string[] {
  const overruled = new Set<number>()
  const last = new Map<FlagShape, readonly number[]>()
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (word === '--') break
    if (!word.startsWith('-') || word === '-') continue
    const places = takesNextWord(word, flags) ? [index, ++index] : [index]
    const flag = findFlag(word.startsWith('--') ? word.replace(/=[^]*/, '') : word.slice(0, 2), flags)
    if (flag?.type !== 'option' || flag.multiple === true) continue
    for (const place of last.get(flag) ?? []) overruled.add(place)
    last.set(flag, places)
  }
  return argv.filter((_, index) => !overruled.has(index))
}

/** What Go's strconv.ParseBool takes. */
function isTrue(flag: string, value: string): boolean {
  if (!/^(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/.test(value))
    throw invalidValue(flag.replace(/^-+/, ''), value, 'must be true or false')
  return /^(true|1|t)$/i.test(value)
}

function takesNextWord(word: string, flags: FlagShapes): boolean {
  if (word.includes('=')) return false
  // `-nshop` carries its value with it.
  if (!word.startsWith('--') && word.length > 2) return false
  return findFlag(word, flags)?.type === 'option'
}

function findFlag(word: string, flags: FlagShapes): FlagShape | undefined {
  if (word.startsWith('--')) return flags[word.slice(2)]
  return Object.values(flags).find((flag) => flag.char === word.slice(1))
}
