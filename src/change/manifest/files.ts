import type { SourceFile } from '../../snapshot/files/read.ts'
import type { ChangeRequest } from '../request.ts'
import { noServices } from '../targets.ts'
import { editManifest } from './edit.ts'
import { refuseInFile } from './refuse.ts'

/** Files with the field set. */
export interface EditedFiles {
  /** All of them as they stand, comments and order kept. */
  text: string
  /** The objects in them. */
  objects: readonly unknown[]
}

/** Sets the field in the Services of files. Throws UserError where there are none, or where one cannot have affinity. */
export function editFiles(files: readonly SourceFile[], request: ChangeRequest): EditedFiles {
  const edited = files.map(({ name, text }) => editManifest(text, request, name))
  const services = edited.flatMap((manifest) => manifest.services)
  if (services.length === 0) throw noServices(files)
  if (request.verb === 'enable') for (const { before } of services) refuseInFile(before)
  return {
    text: edited.map(({ text }) => text).reduce(joined, ''),
    objects: edited.flatMap(({ objects }) => objects),
  }
}

/** Files behind one another, with the mark between documents where neither has one. */
function joined(before: string, text: string): string {
  if (before === '') return text
  const newline = before.endsWith('\n') ? '' : '\n'
  return `${before}${newline}${/^---\s/m.test(text.split('\n')[0] ?? '') ? '' : '---\n'}${text}`
}
