import { writeProblem } from '../../cli/problem.ts'
import { hintText } from '../../cli/remedies.ts'
import { stdout } from '../../cli/terminal.ts'
import { editFiles } from '../../change/manifest/files.ts'
import type { From, To } from '../../change/carry/choose.ts'
import type { ChangeRequest } from '../../model/affinity/change.ts'
import { toJson } from '../../report/change/objects.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'

interface AskedInFiles {
  request: ChangeRequest
  /** It is about what stands in front of Services. */
  isInFront: boolean
  with: string | undefined
  from?: From | undefined
  to?: To | undefined
}

/** The files with the field set: as they stand, comments and all, or as plain objects, several in a List. */
export async function printManifests(
  files: readonly SourceFile[],
  { request, isInFront, with: named, from, to }: AskedInFiles,
  format: 'yaml' | 'json',
): Promise<void> {
  const {
    text,
    objects,
    notices = [],
  } = isInFront
    ? (await import('../../change/manifest/others.ts')).editOthers(files, { request, with: named, from, to })
    : editFiles(files, request)
  for (const { about, notice } of notices)
    await writeProblem([
      `Warning: ${about}: ${notice.message}`,
      ...notice.hints.map((hint) => `  ${hintText(hint)}`),
    ])
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} }
  if (format === 'yaml') stdout.writeExactly(text)
  else stdout.write(toJson(objects.length === 1 ? objects[0] : list))
}
