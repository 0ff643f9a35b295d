import { type Code, codeInfo, codeLink } from '../../model/findings/code.ts'
import type { FilePosition, Finding, ObjectRef } from '../../model/findings/finding.ts'

/** A finding about a place in a file. */
export function fileFinding(
  code: Code,
  position: FilePosition,
  message: string,
  why: string,
  mend: string[],
  objects: ObjectRef[] = [],
): Finding {
  return { code, level: codeInfo(code).level, objects, message, why, mend, link: codeLink(code), position }
}
