import type { FilePosition, Finding } from '../../model/findings/finding.ts'
import { objectTypes } from '../../mechanisms/index.ts'
import { type Fact, known, unknown } from '../../model/cluster/store.ts'
import {
  isOfType,
  keyOf,
  type LooseObject,
  type ObjectType,
  refOf,
  listName,
  resourceName,
} from '../../model/cluster/object.ts'
import type { Autoscaler, PodTemplate, ServiceSnapshot, Snapshot } from '../../model/cluster/snapshot.ts'
import { type FileObject, parseFile } from './text/document.ts'
import { layersOf } from './layers.ts'
import { locate } from './locate.ts'
import { checkObject } from './object.ts'
import type { SourceFile } from './read.ts'
import {
  mirrorController,
  sliceManagerLabel,
  selectorController,
  serviceLabel,
} from '../../model/cluster/external.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import { autoscalers, endpointSlices, networkPolicies, services } from '../../mechanisms/service/objects.ts'
import { asRecord } from '../../model/common/values.ts'
import { strayEndpoints } from './stray.ts'
import { templateIn } from './text/template-marks.ts'
import { isOfController, mirrored, tidyService, tidySlice } from '../../mechanisms/service/written/tidy.ts'

/** What files say: a snapshot of their Services, and what is wrong with the files themselves. */
export interface FileSnapshot {
  /** What a cluster has once all is applied: of several objects with one name the last. */
  snapshot: Snapshot
  /** The Services as they stand in the files, each with the snapshot that has it under its name. */
  services: readonly { snapshot: Snapshot; service: ServiceSnapshot }[]
  /** The same with objects that others are applied over, and the keys of these; empty where all names differ. */
  earlier: readonly { snapshot: Snapshot; keys: ReadonlySet<string> }[]
  findings: Finding[]
  /** Objects of any kind that were seen. */
  objects: number
}

/** Reads the objects of files as a cluster's. `namespace` is that of objects that name none. */
export function snapshotOfFiles(files: readonly SourceFile[], namespace: string): FileSnapshot {
  const findings: Finding[] = []
  const objects: FileObject[] = []
  const seen = new Map<string, FilePosition>()
  for (const { name, text, named } of files) {
    const parsed = parseFile(name, text, named)
    findings.push(...parsed.findings)
    for (const object of parsed.objects) {
      // Folders hold values files, charts and other YAML as well.
      if (!named && !looksLikeObject(object)) continue
      const template = templateIn(object)
      if (template !== undefined) {
        findings.push(template)
        continue
      }
      findings.push(...checkObject(object, namespace, seen))
      if (isReadable(object)) objects.push(object)
    }
  }
  findings.push(...strayEndpoints(objects, namespace))
  return { ...readLayers(objects, namespace), findings: byPlace(findings), objects: objects.length }
}

/** What several objects have from one anchor is found once, in all of them. */
function byPlace(findings: readonly Finding[]): Finding[] {
  const places = Map.groupBy(findings, ({ code, message, position }) =>
    JSON.stringify([code, message, position]),
  )
  return [...places.values()].map((same) => ({
    ...same[0]!,
    objects: same.flatMap(({ objects }) => objects),
  }))
}

/** Where objects stand several times, each is looked at where it stands, beside one of every other name. */
function readLayers(
  read: readonly FileObject[],
  namespace: string,
): Pick<FileSnapshot, 'snapshot' | 'services' | 'earlier'> {
  const keys = new Map(read.map((one) => [one, keyOf(refOf(toObject(one, namespace)))]))
  const key = (one: FileObject): string => keys.get(one)!
  const found = new Map<FileObject, FileSnapshot['services'][number]>()
  const [last, ...earlier] = layersOf(read, key).map(({ members, own }) => {
    const snapshot = toSnapshot(members, namespace)
    const services = new Map(snapshot.services.map((one) => [keyOf(refOf(one.service)), one]))
    for (const one of own) {
      const service = services.get(key(one))
      if (service !== undefined) found.set(one, { snapshot, service })
    }
    return { snapshot, keys: new Set(own.map(key)) }
  })
  return { snapshot: last!.snapshot, services: read.flatMap((one) => found.get(one) ?? []), earlier }
}

function looksLikeObject({ value: { kind, apiVersion, metadata } }: FileObject): boolean {
  const named = [kind, apiVersion].filter((word) => word !== undefined).length
  return named === 2 || (named === 1 && metadata !== undefined)
}

/** Enough of an object is there that analyzers may look at it. */
function isReadable({ value }: FileObject): boolean {
  const metadata = asRecord(value['metadata'])
  return (
    typeof value['kind'] === 'string' &&
    typeof value['apiVersion'] === 'string' &&
    typeof metadata['name'] === 'string'
  )
}

function toSnapshot(read: readonly FileObject[], namespace: string): Snapshot {
  const objects = read.map((one) => toObject(one, namespace))
  const inNamespace = (type: ObjectType): ByPlace =>
    Map.groupBy(
      objects.filter((object) => isOfType(object, type)),
      ({ metadata }) => metadata.namespace ?? '',
    )
  const parts = {
    slices: Map.groupBy(
      objects.filter((object) => isOfType(object, endpointSlices)),
      ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.[serviceLabel] ?? ''}`,
    ),
    endpoints: Map.groupBy(
      objects.filter(({ kind, apiVersion }) => kind === 'Endpoints' && apiVersion === 'v1'),
      ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
    ),
    autoscalers: inNamespace(autoscalers),
    networkPolicies: inNamespace(networkPolicies),
    events: Map.groupBy(objects.filter(isWarning), (event) => {
      const { namespace: own, name } = asRecord(asRecord(event)['involvedObject'])
      return `${text(own)}/${text(name)}`
    }),
    templates: Map.groupBy(
      objects.flatMap((one) => templateOf(one) ?? []),
      ({ namespace }) => namespace,
    ),
  }
  return {
    source: 'files',
    services: objects
      .filter((object) => isOfType(object, services) && object.apiVersion === 'v1')
      .map((object) => toService(object, parts)),
    proxy: notInFiles('the Service proxy'),
    windowsNodes: notInFiles('nodes'),
    version: notInFiles('the version'),
    cloud: cloudOf(objects),
    objects: { lists: listsOf(objects), gaps: [] },
    locate: locator(read, objects),
  }
}

/** Dumps hold events and nodes as well. */
function isWarning(object: LooseObject): boolean {
  const { kind, apiVersion } = object
  const { type, involvedObject } = asRecord(object)
  return (
    kind === 'Event' &&
    apiVersion === 'v1' &&
    type === 'Warning' &&
    asRecord(involvedObject)['kind'] === 'Service'
  )
}

function cloudOf(objects: readonly LooseObject[]): Fact<string> {
  const nodes = objects.filter(({ kind, apiVersion }) => kind === 'Node' && apiVersion === 'v1')
  const ids = nodes.map(({ spec }) => text(asRecord(spec)['providerID']))
  const id = ids.find((one) => one !== '')
  return id === undefined ? notInFiles('nodes') : known(id)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

type ByPlace = ReadonlyMap<string, readonly LooseObject[]>

/** Finds any object of the files, whatever its version, and the fields in it. */
function locator(
  read: readonly FileObject[],
  objects: readonly LooseObject[],
): NonNullable<Snapshot['locate']> {
  const places = new Map<string, FileObject>()
  for (const [index, object] of read.entries()) {
    const ref = refOf(objects[index]!)
    for (const one of [ref, { ...ref, namespace: '' }]) {
      const key = keyOf(one)
      // Without its namespace a name may be of several.
      if (!places.has(key)) places.set(key, object)
    }
  }
  return (ref, field) => {
    const object = places.get(keyOf(ref))
    if (object === undefined) return undefined
    return (field === undefined ? undefined : locate(object, field)) ?? object.at(object.node)
  }
}

/** Files are all that there is, but for what whoever runs a cluster writes. */
function listsOf(objects: readonly LooseObject[]): Snapshot['objects']['lists'] {
  const of = (type: ObjectType): LooseObject[] =>
    objects.filter(
      (object) => isOfType(object, type) && (type.only === undefined || object.metadata.name === type.only),
    )
  const isUnsaid = (type: ObjectType): boolean =>
    type.isOfCluster === true &&
    (type.beside ?? []).some((other) => of(other).length > 0) &&
    of(type).length === 0
  return new Map(
    objectTypes.map((type) => [
      listName(type),
      isUnsaid(type) ? notInFiles<readonly LooseObject[]>(resourceName(type)) : known(of(type)),
    ]),
  )
}

function toService(
  object: LooseObject,
  all: Readonly<Record<'slices' | 'endpoints' | 'autoscalers' | 'networkPolicies' | 'events', ByPlace>> & {
    templates: ReadonlyMap<string, readonly PodTemplate[]>
  },
): ServiceSnapshot {
  const service = tidyService(object)
  const { name, namespace = '' } = service.metadata
  const key = `${namespace}/${name}`
  const events = all.events.get(key)
  const isSelecting = Object.keys(service.spec.selector ?? {}).length > 0
  const written = (all.slices.get(key) ?? []).map(tidySlice)
  // A dump of a cluster holds what was made of the Endpoints as well.
  const made = written.some((slice) => isBy(slice, selectorController) || isBy(slice, mirrorController))
    ? []
    : (all.endpoints.get(key) ?? []).flatMap((one) =>
        mirrored(one, isSelecting && isOfController(asRecord(one)) ? selectorController : mirrorController),
      )
  const slices = [...written, ...made]
  const isKnown = slices.length > 0 && (!isSelecting || slices.some((one) => isBy(one, selectorController)))
  return {
    service,
    // With a selector the controller writes them, and a dump holds its slices.
    slices: isKnown ? known(slices) : notInFiles('endpointslices'),
    ...(isKnown || slices.length === 0 ? {} : { listed: known(slices) }),
    pods: notInFiles('pods'),
    templates: known(all.templates.get(namespace) ?? []),
    autoscalers: known((all.autoscalers.get(namespace) ?? []) as unknown as Autoscaler[]),
    networkPolicies: known(all.networkPolicies.get(namespace) ?? []),
    events: events === undefined ? notInFiles('events') : known(events.map(eventWords)),
  }
}

function eventWords(event: LooseObject): { reason: string; message: string } {
  const { reason, message } = asRecord(event)
  return { reason: text(reason), message: text(message) }
}

/** Of whatever kind makes pods: they are told by the containers in them. */
function templateOf(object: LooseObject): (PodTemplate & { namespace: string }) | undefined {
  const { kind, metadata, spec } = object
  const of = `${kind.toLowerCase()}/${metadata.name}`
  const made = [
    object,
    asRecord(spec)['template'],
    asRecord(asRecord(asRecord(spec)['jobTemplate'])['spec'])['template'],
  ]
    .map(asRecord)
    .find((template) => Array.isArray(asRecord(template['spec'])['containers']))
  if (made === undefined) return undefined
  return {
    of,
    namespace: metadata.namespace ?? '',
    labels: texts(asRecord(made['metadata'])['labels']),
    annotations: texts(asRecord(made['metadata'])['annotations']),
    spec: made['spec'],
  }
}

function isBy({ metadata }: EndpointSlice, manager: string): boolean {
  return metadata.labels?.[sliceManagerLabel] === manager
}

function toObject({ value }: FileObject, namespace: string): LooseObject {
  const { namespace: own, ...metadata } = asRecord(value['metadata'])
  const object = {
    ...value,
    metadata: {
      ...metadata,
      name: String(metadata['name']),
      labels: texts(metadata['labels']),
      annotations: texts(metadata['annotations']),
    },
  } as unknown as LooseObject
  if (clusterTypes.some((type) => isOfType(object, type))) return object
  return { ...object, metadata: { ...object.metadata, namespace: typeof own === 'string' ? own : namespace } }
}

/** Objects that are in no namespace, whatever a file says. */
const clusterTypes = objectTypes.filter(({ scope }) => scope === 'cluster')

function notInFiles<T>(what: string): Fact<T> {
  return unknown({ what, reason: 'not-in-files' })
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, text]) => [key, String(text)]))
}
