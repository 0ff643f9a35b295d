import type { FilePosition, Finding } from '../../model/finding.ts'
import { objectTypes } from '../../mechanisms/index.ts'
import { type Fact, known, unknown } from '../../model/fact.ts'
import {
  isOfType,
  keyOf,
  type LooseObject,
  type ObjectType,
  refOf,
  resourceName,
} from '../../model/object.ts'
import type { Autoscaler, ServiceSnapshot, Snapshot } from '../../model/snapshot.ts'
import { type FileObject, parseFile } from './document.ts'
import { locate } from './locate.ts'
import { checkObject, serviceLabel } from './object.ts'
import type { SourceFile } from './read.ts'
import { asRecord } from './record.ts'
import { tidyService, tidySlice } from '../../mechanisms/service/tidy.ts'

/** What files say: a snapshot of their Services, and what is wrong with the files themselves. */
export interface FileSnapshot {
  snapshot: Snapshot
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
      findings.push(...checkObject(object, namespace, seen))
      if (isReadable(object)) objects.push(object)
    }
  }
  return { snapshot: toSnapshot(objects, namespace), findings, objects: objects.length }
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

function toSnapshot(objects: readonly FileObject[], namespace: string): Snapshot {
  const byKind = Map.groupBy(objects, ({ value }) => String(value['kind']))
  const inNamespace = (kind: string, where: string): LooseObject[] =>
    (byKind.get(kind) ?? [])
      .map((object) => toObject(object, namespace))
      .filter((object) => object.metadata.namespace === where)
  const isService = ({ value }: FileObject): boolean => value['apiVersion'] === 'v1'
  return {
    source: 'files',
    services: (byKind.get('Service') ?? [])
      .filter(isService)
      .map((object) => toService(object, namespace, inNamespace)),
    proxy: notInFiles('the Service proxy'),
    windowsNodes: notInFiles('nodes'),
    version: notInFiles('the version'),
    objects: { lists: listsOf(objects.map((object) => toObject(object, namespace))), gaps: [] },
    locate: locator(objects, namespace),
  }
}

/** Finds any object of the files, whatever its version, and the fields in it. */
function locator(objects: readonly FileObject[], namespace: string): NonNullable<Snapshot['locate']> {
  const places = new Map<string, FileObject>()
  for (const object of objects) {
    const ref = refOf(toObject(object, namespace))
    for (const one of [ref, { ...ref, namespace: '' }]) {
      const key = keyOf(one)
      // The first of two objects with one name; the second is a finding of its own.
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
  const of = (type: ObjectType): LooseObject[] => objects.filter((object) => isOfType(object, type))
  const isUnsaid = (type: ObjectType): boolean =>
    type.isOfCluster === true &&
    (type.beside ?? []).some((other) => of(other).length > 0) &&
    of(type).length === 0
  return new Map(
    objectTypes.map((type) => {
      const name = resourceName(type)
      return [name, isUnsaid(type) ? notInFiles<readonly LooseObject[]>(name) : known(of(type))]
    }),
  )
}

function toService(
  object: FileObject,
  namespace: string,
  inNamespace: (kind: string, where: string) => LooseObject[],
): ServiceSnapshot {
  const service = toObject(object, namespace)
  const clean = tidyService(service)
  const where = clean.metadata.namespace ?? namespace
  const slices = inNamespace('EndpointSlice', where)
    .filter(({ metadata }) => metadata.labels?.[serviceLabel] === clean.metadata.name)
    .map(tidySlice)
  const isSelecting = Object.keys(clean.spec.selector ?? {}).length > 0
  return {
    service: clean,
    slices: isSelecting || slices.length === 0 ? notInFiles('endpointslices') : known(slices),
    pods: notInFiles('pods'),
    autoscalers: known(inNamespace('HorizontalPodAutoscaler', where) as unknown as Autoscaler[]),
    networkPolicies: known(inNamespace('NetworkPolicy', where)),
    events: notInFiles('events'),
  }
}

function toObject({ value }: FileObject, namespace: string): LooseObject {
  const metadata = asRecord(value['metadata'])
  return {
    ...value,
    metadata: {
      ...metadata,
      name: String(metadata['name']),
      namespace: typeof metadata['namespace'] === 'string' ? metadata['namespace'] : namespace,
      labels: texts(metadata['labels']),
      annotations: texts(metadata['annotations']),
    },
  } as unknown as LooseObject
}

function notInFiles<T>(what: string): Fact<T> {
  return unknown({ what, reason: 'not-in-files' })
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, text]) => [key, String(text)]))
}
