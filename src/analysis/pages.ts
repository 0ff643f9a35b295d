import { didYouMean } from '../model/common/words/spelling.ts'
import { usageError } from '../model/common/user-error.ts'
import { commandLine } from '../model/targets/command.ts'
import { allCodes, type Code, codeInfo, isCode } from '../model/findings/code.ts'

/** The page of a code, as in docs/findings. Rejects with UserError (exit code 2) for a code that does not exist. */
export async function pageOf(word: string): Promise<string> {
  const code = word.toUpperCase()
  if (!isCode(code)) {
    const meant = didYouMean(code, allCodes)
    throw usageError(
      `unknown finding code "${word}"`,
      ...(meant === undefined ? [] : [`did you mean ${meant}?`]),
      `see all of them:  ${commandLine('explain', { list: true })}`,
    )
  }
  const { pages } = await import('./pages.generated.ts')
  return pages[code] ?? ''
}

/** All codes with level and title, a line each. */
export function listCodes(): string {
  const width = Math.max(...allCodes.map((code) => code.length))
  const line = (code: Code): string => {
    const { level, title } = codeInfo(code)
    return `${code.padEnd(width)}  ${level.padEnd(7)}  ${title}\n`
  }
  return allCodes.map(line).join('')
}
