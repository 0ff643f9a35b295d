import { planChange } from '../../mechanisms/service/write.ts'
import type { ChangeNotice } from '../../model/affinity/change.ts'
import type { ChangeRequest } from '../../model/affinity/intent.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { noServices } from './refuse.ts'
import { type Edit, editManifest } from './edit.ts'
import { refuseInFile } from './refuse.ts'

/** Files with the field set. */
export interface EditedFiles {
  /** All of them as they stand, comments and order kept. */
  text: string
  /** The objects in them. */
  objects: readonly unknown[]
  /** What is to be said about what was changed, by its name. */
  notices?: readonly { about: string; notice: ChangeNotice }[]
}

/** Sets the field in the Services of files. Throws UserError where there are none, or where one cannot have affinity. */
export function editFiles(files: readonly SourceFile[], request: ChangeRequest): EditedFiles {
  const edited = files.map(({ name, text }) => editManifest(text, serviceEdit(request), name))
  const services = edited.flatMap((manifest) => manifest.edited)
  if (services.length === 0) throw noServices(files)
  if (request.verb === 'enable') for (const { before } of services) refuseInFile(before as Service)
  return togetherOf(edited)
}

/** Files behind one another, with the mark between documents where neither has one. */
export function togetherOf(edited: readonly { text: string; objects: readonly unknown[] }[]): EditedFiles {
  return {
    text: edited.map(({ text }) => text).reduce(joined, ''),
    objects: edited.flatMap(({ objects }) => objects),
  }
}

/** What a request makes of the Services of a file. */
export function serviceEdit(request: ChangeRequest): Edit {
  return (object) => {
    if (!isService(object)) return undefined
    // Of a Service without a spec the editor tells the place.
    const spec = (object as { spec?: Service['spec'] | null }).spec ?? {}
    const { isDone, writes } = planChange({ ...object, spec }, request)
    const [write] = writes
    return isDone || write?.how !== 'apply' ? {} : write.manifest
  }
}

function isService(object: KubernetesObject): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1'
}

function joined(before: string, text: string): string {
  if (before === '') return text
  const newline = before.endsWith('\n') ? '' : '\n'
  return `${before}${newline}${/^---\s/m.test(text.split('\n')[0] ?? '') ? '' : '---\n'}${text}`
}
