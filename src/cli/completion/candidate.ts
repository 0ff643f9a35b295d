/** One word that the shell may offer, and what it says beside it. */
export interface Candidate {
  word: string
  description?: string | undefined
}

/** What cobra's shell scripts understand (ShellCompDirective, bits). */
export const directives = {
  /** The shell offers files. */
  files: 0,
  noFiles: 4,
  /** The order is ours and not the alphabet's. */
  keepOrder: 32,
} as const

export interface Completion {
  candidates: readonly Candidate[]
  directive: number
}

/** Nothing to offer, and no files either. */
export const nothing: Completion = { candidates: [], directive: directives.noFiles }

export const files: Completion = { candidates: [], directive: directives.files }

/** Those of the candidates that begin with what was typed. */
export function offer(candidates: readonly Candidate[], partial: string, directive = 0): Completion {
  return {
    candidates: candidates.filter(({ word }) => word.startsWith(partial)),
    directive: directives.noFiles | directive,
  }
}

/** As kubectl reads it from its completion programs: a word, a tab and a description a line, the directive last. */
export function printed({ candidates, directive }: Completion): string {
  // A name with a line break or a tab in it could not be told from two.
  const sound = candidates.filter(({ word }) => !/\p{Cc}/u.test(word))
  const lines = sound.map(({ word, description }) => {
    const text = description?.split('\n')[0] ?? ''
    return text === '' ? word : `${word}\t${text}`
  })
  return `${[...lines, `:${directive}`].join('\n')}\n`
}
