import { codes } from './codes.generated.ts'
import type { Level } from './finding.ts'

/** A finding code: what it says, and how bad that is. */
export interface CodeInfo {
  level: Level
  /** What it says, in a few words, for `explain --list`. */
  title: string
  /**
   * What the finding means for switching affinity on where it would come of it: `enable`: never, as nothing could keep
   * clients on a pod; `enable-unforced`: only if the user insists, as nothing would come of it today, or something would
   * break. Absent: an error forbids it for good, anything else is said and nothing more.
   */
  forbids?: 'enable' | 'enable-unforced'
}

/** Every finding has one, which is the name of its page in docs/findings. It keeps its name and meaning for good. */
export type Code = keyof typeof codes

/** In the order of the alphabet. */
export const allCodes = Object.keys(codes) as Code[]

export function isCode(text: string): text is Code {
  return text in codes
}

export function codeInfo(code: Code): CodeInfo {
  return codes[code]
}

/** Where the code's page is; the same text is in the program: `kubectl affinity explain CODE`. */
export function codeLink(code: Code): string {
  return `docs/findings/${code}.md`
}
