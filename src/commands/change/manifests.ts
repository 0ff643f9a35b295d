import { editManifest } from '../../change/manifest/edit.ts'
import { refuseInFile } from '../../change/manifest/refuse.ts'
import type { ChangeRequest } from '../../change/request.ts'
import { toJson } from '../../report/change/objects.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { noServices } from './targets.ts'

/**
 * The files with the field set. As YAML they are printed as they stand, comments and all; as JSON they become plain
 * objects, several in a List.
 */
export function printManifests(
  files: readonly SourceFile[],
  request: ChangeRequest,
  format: 'yaml' | 'json',
): string {
  const edited = files.map(({ name, text }) => editManifest(text, request, name))
  const services = edited.flatMap((manifest) => manifest.services)
  if (services.length === 0) throw noServices(files)
  if (request.verb === 'enable') for (const { before } of services) refuseInFile(before)
  if (format === 'json') {
    const items = edited.flatMap(({ objects }) => objects)
    return toJson(items.length === 1 ? items[0] : { apiVersion: 'v1', items, kind: 'List', metadata: {} })
  }
  return edited.map(({ text }) => text).reduce(joined, '')
}

/** Files behind one another, with the mark between documents where neither has one. */
function joined(before: string, text: string): string {
  if (before === '') return text
  const newline = before.endsWith('\n') ? '' : '\n'
  return `${before}${newline}${/^---\s/m.test(text.split('\n')[0] ?? '') ? '' : '---\n'}${text}`
}
