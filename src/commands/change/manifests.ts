import { stdout } from '../../cli/terminal.ts'
import { editFiles } from '../../change/manifest/files.ts'
import type { ChangeRequest } from '../../model/intent.ts'
import { toJson } from '../../report/change/objects.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'

/** The files with the field set: as they stand, comments and all, or as plain objects, several in a List. */
export function printManifests(
  files: readonly SourceFile[],
  request: ChangeRequest,
  format: 'yaml' | 'json',
): void {
  const { text, objects } = editFiles(files, request)
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: {} }
  if (format === 'yaml') stdout.writeExactly(text)
  else stdout.write(toJson(objects.length === 1 ? objects[0] : list))
}
