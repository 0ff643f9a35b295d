/** What completion must know of a flag. */
export interface CompletableFlag {
  type: 'boolean' | 'option'
  char?: string | undefined
  description?: string | undefined
  options?: readonly string[] | undefined
  hidden?: boolean | undefined
}

export type CompletableFlags = Readonly<Record<string, CompletableFlag>>

/** A command line that is being typed, up to its last word. */
export interface TypedLine {
  /** Values of the flags that were typed, the last one of each. */
  values: Readonly<Record<string, string>>
  /** Names of the flags that were typed. */
  typed: ReadonlySet<string>
  /** Words that are no flags, without the command. */
  words: readonly string[]
  /** The flag whose value is being typed. */
  flag: string | undefined
  /** What is there of the last word, without `--flag=`. */
  partial: string
  /** After `--` a word with a dash is a word. */
  flagsEnded: boolean
}

/** Reads the words after the command as kubectl's parser would, and forgives what it would refuse. */
export function readLine(words: readonly string[], last: string, flags: CompletableFlags): TypedLine {
  const values: Record<string, string> = {}
  const typed = new Set<string>()
  const plain: string[] = []
  let flag: string | undefined
  let flagsEnded = false
  for (const word of words) {
    if (flag !== undefined) {
      values[flag] = word
      flag = undefined
    } else if (flagsEnded || !word.startsWith('-') || word === '-') plain.push(word)
    else if (word === '--') flagsEnded = true
    else {
      const { name, value } = splitFlag(word, flags)
      if (name === undefined) continue
      typed.add(name)
      if (value !== undefined) values[name] = value
      else if (flags[name]?.type === 'option') flag = name
    }
  }
  const partial = last
  if (flag !== undefined || flagsEnded || !/^--?[^=]+=/.test(last))
    return { values, typed, words: plain, flag, partial, flagsEnded }
  const { name = '', value = '' } = splitFlag(last, flags)
  return { values, typed, words: plain, flag: name, partial: value, flagsEnded }
}

/** `--name`, `--name=value`, `-n`, `-nvalue`, `-n=value`. */
function splitFlag(word: string, flags: CompletableFlags): { name?: string; value?: string } {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(word)
  if (long !== null) {
    const name = long[1] ?? ''
    return long[2] === undefined ? { name } : { name, value: long[2] }
  }
  const name = Object.keys(flags).find((candidate) => flags[candidate]?.char === word[1])
  if (name === undefined) return {}
  return word.length === 2 ? { name } : { name, value: word.slice(2).replace(/^=/, '') }
}
