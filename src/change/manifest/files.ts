import { meantTimeout, misplacedIn } from '../../mechanisms/service/written/misplaced.ts'
import { planChange, timeoutRange } from '../../mechanisms/service/write.ts'
import type { ChangeNotice, ChangeRequest, FieldTree } from '../../model/affinity/change.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { refOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'
import { isTree } from '../../model/affinity/fields.ts'
import { analyse } from '../../analysis/analyse.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { snapshotOfFiles } from '../../snapshot/files/snapshot.ts'
import { noticeOf, objectionsBetween } from '../around/objections.ts'
import { noServices, refuseInFile } from './refuse.ts'
import { type Edit, editManifest } from './edit.ts'

/** Files with the field set. */
export interface EditedFiles {
  /** All of them as they stand, comments and order kept. */
  text: string
  /** The objects in them. */
  objects: readonly unknown[]
  /** What is to be said about what was changed, by its name. */
  notices?: Notices
}

type Notices = readonly { about: string; notice: ChangeNotice }[]

/** Sets the field in the Services of files. Throws UserError where there are none, or where one cannot have affinity. */
export function editFiles(files: readonly SourceFile[], request: ChangeRequest): EditedFiles {
  const edited = files.map(({ name, text }) => editManifest(text, serviceEdit(request), name))
  const services = edited.flatMap((manifest) => manifest.edited)
  if (services.length === 0) throw noServices(files)
  if (request.verb === 'enable') for (const { before } of services) refuseInFile(before as Service)
  const notices = services.flatMap(({ before }): Notices => {
    const message = misplacedWords(before as Service, request)
    return message === undefined ? [] : [{ about: objectName(refOf(before)), notice: { message, hints: [] } }]
  })
  const doubts = request.verb === 'enable' ? doubtsAbout(files, edited) : []
  return { ...togetherOf(edited), notices: [...notices, ...doubts] }
}

/** What makes the change void or breaks something, as far as the files tell: nobody has to force what is printed. */
function doubtsAbout(files: readonly SourceFile[], edited: readonly { text: string }[]): Notices {
  const after = files.map((file, index) => ({ ...file, text: edited[index]!.text }))
  const [before, made] = [files, after].map((some) => snapshotOfFiles(some, 'default').services)
  return made!.flatMap(({ snapshot, service: { service } }, index) => {
    const { namespace = 'default', name } = service.metadata
    const old = before![index]
    if (old === undefined) return []
    const { refusals, doubts } = objectionsBetween(
      analyse(old.snapshot, { namespace, name }),
      analyse(snapshot, { namespace, name }),
    )
    const about = objectName(refOf(service))
    return [...refusals, ...doubts].map((finding) => ({ about, notice: noticeOf(finding) }))
  })
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
    const { removal } = misplacedIn(object)
    const { isDone, writes } = planChange({ ...object, spec }, asMeant(object, request))
    const [write] = writes
    return isDone || write?.how !== 'apply' ? removal : together(removal, write.manifest ?? {})
  }
}

/** A timeout that stands in the wrong place counts where none stands in the right one, and none is asked for. */
function asMeant(service: Service, request: ChangeRequest): ChangeRequest {
  const timeoutSeconds = meantTimeout(misplacedIn(service))
  if (request.verb !== 'enable' || request.timeoutSeconds !== undefined || timeoutSeconds === undefined)
    return request
  const { min, max } = timeoutRange
  const own = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  return own !== undefined || timeoutSeconds < min || timeoutSeconds > max
    ? request
    : { ...request, timeoutSeconds }
}

/** What of affinity stood where no such field is, and what became of it. */
function misplacedWords(service: Service, request: ChangeRequest): string | undefined {
  const { found } = misplacedIn(service)
  if (found.length === 0) return undefined
  const meant = asMeant(service, request)
  const moved =
    meant === request || meant.verb !== 'enable'
      ? ''
      : `, and its timeout of ${meant.timeoutSeconds}s is kept`
  const places = found.map(({ path }) => path).join(', ')
  return `${places} ${found.length === 1 ? 'is no field' : 'are no fields'} of a Service: removed${moved}`
}

/** Two patches as one; the second one counts where both name a field. */
function together(first: FieldTree, second: FieldTree): FieldTree {
  const both = Object.entries(second).map(([name, value]): [string, FieldTree[string]] => {
    const old = first[name]
    return [name, isTree(old) && isTree(value) ? together(old, value) : value]
  })
  return { ...first, ...Object.fromEntries(both) }
}

function isService(object: KubernetesObject): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1'
}

function joined(before: string, text: string): string {
  if (before === '') return text
  const newline = before.endsWith('\n') ? '' : '\n'
  return `${before}${newline}${/^---\s/m.test(text.split('\n')[0] ?? '') ? '' : '---\n'}${text}`
}
