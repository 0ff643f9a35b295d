import { isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import type { FilePosition, Finding, ObjectRef } from '../../model/finding.ts'
import type { EndpointSlice, Service } from '../../model/kubernetes.ts'
import {
  type Autoscaler,
  type Fact,
  known,
  type LooseObject,
  type ServiceSnapshot,
  type Snapshot,
  unknown,
} from '../../model/snapshot.ts'
import { ingressClass } from '../../mechanisms/ingress/index.ts'
import { frontResources } from '../../mechanisms/index.ts'
import { checkShape } from './check.ts'
import { type FileObject, parseFile } from './document.ts'
import { fileFinding } from './finding.ts'
import { checkKind } from './kinds.ts'
import type { SourceFile } from './read.ts'
import { schemas } from './schema.ts'
import { checkService } from './service.ts'

const serviceLabel = 'kubernetes.io/service-name'

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

function checkObject(object: FileObject, namespace: string, seen: Map<string, FilePosition>): Finding[] {
  const findings = checkKind(object)
  const { kind, apiVersion } = object.value
  const known = typeof kind === 'string' ? schemas[kind] : undefined
  if (
    findings.length > 0 ||
    known === undefined ||
    known.apiVersion !== apiVersion ||
    typeof kind !== 'string'
  ) {
    return findings
  }
  const ref = refOf(object, namespace)
  const { name } = ref
  findings.push(...checkShape(object, known.schema, ref))
  if (kind === 'Service') findings.push(...checkService(object, ref))
  if (kind === 'EndpointSlice') findings.push(...checkSlice(object, ref))
  if (kind === 'Endpoints') findings.push(endpointsApi(object, ref))
  if (name === '') {
    // generateName serves as well, and a missing metadata is reported as such.
    const metadata = object.node.get('metadata', true)
    if (isMap(metadata) && !metadata.has('generateName')) {
      const message = 'metadata.name is missing'
      findings.push(
        fileFinding(
          'AFF-FILE-MISSING-FIELD',
          object.at(metadata),
          message,
          'The API server refuses an object without it.',
          ['add name:'],
          [ref],
        ),
      )
    }
    return findings
  }
  const key = `${kind} ${ref.namespace} ${name}`
  const first = seen.get(key)
  if (first === undefined) seen.set(key, object.at(object.node))
  else findings.push(duplicate(object, ref, first))
  return findings
}

function checkSlice(object: FileObject, ref: ObjectRef): Finding[] {
  const labels = asRecord(metadataOf(object)['labels'])
  if (labels[serviceLabel] !== undefined) return []
  return [
    fileFinding(
      'AFF-EPS-NO-SERVICE-LABEL',
      object.at(object.node.getIn(['metadata'], true) as Node | undefined),
      `the label ${serviceLabel} is missing, so the EndpointSlice belongs to no Service`,
      'Proxies find the slices of a Service by this label, not by name.',
      [`add the label ${serviceLabel}: <name of the Service>`],
      [ref],
    ),
  ]
}

function endpointsApi(object: FileObject, ref: ObjectRef): Finding {
  return fileFinding(
    'AFF-EPS-ENDPOINTS-API',
    object.at(object.node.get('kind', true)),
    'the Endpoints API is deprecated since Kubernetes 1.33',
    'It is mirrored into EndpointSlices, 1000 addresses at most, without zones or node names.',
    [`write an EndpointSlice (discovery.k8s.io/v1) with the label ${serviceLabel}: ${ref.name}`],
    [ref],
  )
}

function duplicate(object: FileObject, ref: ObjectRef, first: FilePosition): Finding {
  const where = `${first.file}:${first.line}`
  return fileFinding(
    'AFF-FILE-DUPLICATE-OBJECT',
    object.at(object.node),
    `${ref.kind} "${ref.name}" stands in ${where} as well`,
    'Both are applied one after the other, and the later one wins.',
    ['remove one of them'],
    [ref],
  )
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
  const classes = (byKind.get('IngressClass') ?? []).map((object) => toObject(object, namespace))
  const needsClass = (byKind.get('Ingress') ?? []).some((object) => ingressClass(toObject(object, namespace)))
  const isService = ({ value }: FileObject): boolean => value['apiVersion'] === 'v1'
  return {
    source: 'files',
    services: (byKind.get('Service') ?? [])
      .filter(isService)
      .map((object) => toService(object, namespace, inNamespace)),
    proxy: notInFiles('the Service proxy'),
    windowsNodes: notInFiles('nodes'),
    version: notInFiles('the version'),
    ingressClasses:
      classes.length > 0 || !needsClass
        ? known(
            Object.fromEntries(
              classes.map((object) => [object.metadata.name, String(asRecord(object.spec)['controller'])]),
            ),
          )
        : notInFiles('ingressclasses'),
  }
}

function toService(
  object: FileObject,
  namespace: string,
  inNamespace: (kind: string, where: string) => LooseObject[],
): ServiceSnapshot {
  const service = toObject(object, namespace) as unknown as Service
  const clean = tidy(service)
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
    ingresses: known(inNamespace('Ingress', where)),
    routes: known(
      [...new Set(frontResources.map(({ kind }) => kind))].flatMap((kind) => inNamespace(kind, where)),
    ),
    events: notInFiles('events'),
    position: object.at(object.node),
    locate: (path) => locate(object, path),
  }
}

/** A Service whose fields are of the types that analyzers expect; what is of another type was reported and is left out. */
function tidy(service: Service): Service {
  const spec = asRecord(service.spec)
  const ports = Array.isArray(spec['ports'])
    ? (spec['ports'] as unknown[]).map(asRecord).filter((port) => typeof port['port'] === 'number')
    : []
  const config = asRecord(asRecord(spec['sessionAffinityConfig'])['clientIP'])
  const timeout = config['timeoutSeconds']
  const kept = {
    ...spec,
    ports,
    selector: asRecord(spec['selector']),
    clusterIPs: undefined,
    externalIPs: Array.isArray(spec['externalIPs']) ? (spec['externalIPs'] as unknown[]).map(String) : [],
    sessionAffinityConfig:
      spec['sessionAffinityConfig'] === undefined
        ? undefined
        : { clientIP: typeof timeout === 'number' ? { timeoutSeconds: timeout } : {} },
  }
  const bad = new Set<string>(
    ['clusterIP', 'externalName', 'type', 'loadBalancerClass'].filter(
      (key) => spec[key] !== undefined && typeof spec[key] !== 'string',
    ),
  )
  const good = Object.entries(kept).filter(([key, value]) => value !== undefined && !bad.has(key))
  return { ...service, spec: Object.fromEntries(good), status: {} }
}

function tidySlice(object: LooseObject): EndpointSlice {
  const { endpoints, ports, addressType } = object as unknown as Record<string, unknown>
  const entries = (Array.isArray(endpoints) ? (endpoints as unknown[]) : []).map((endpoint) => {
    const { addresses, conditions } = asRecord(endpoint)
    const list = (Array.isArray(addresses) ? (addresses as unknown[]) : []).map(String)
    return { addresses: list, conditions: asRecord(conditions) }
  })
  const list = (Array.isArray(ports) ? (ports as unknown[]) : []).map(asRecord)
  return {
    ...object,
    addressType: String(addressType),
    endpoints: entries,
    ports: list,
  } as unknown as EndpointSlice
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

function refOf(object: FileObject, namespace: string): ObjectRef {
  const { name, namespace: own } = metadataOf(object)
  const { kind, apiVersion } = object.value
  const group = String(apiVersion).includes('/') ? String(apiVersion).split('/')[0] : undefined
  return {
    kind: String(kind),
    ...(group === undefined ? {} : { group }),
    namespace: typeof own === 'string' ? own : namespace,
    name: typeof name === 'string' ? name : '',
  }
}

function metadataOf({ value }: FileObject): Readonly<Record<string, unknown>> {
  return asRecord(value['metadata'])
}

/** Where `spec.ports[0].name` stands: the value, or the deepest part of the path that is there. */
function locate({ node, at }: FileObject, path: string): FilePosition | undefined {
  let current: unknown = node
  let found: Node | undefined
  for (const part of path.split(/[.[\]]+/).filter((word) => word !== '')) {
    if (!isCollection(current)) break
    const key = isSeq(current) ? Number(part) : part
    const pair = isMap(current)
      ? current.items.find((item) => isScalar(item.key) && item.key.value === part)
      : undefined
    const next: unknown = current.get(key, true)
    if (!isNode(next)) break
    // For a map or list its key tells more than the place where the first entry begins.
    found = isScalar(next) || !isNode(pair?.key) ? next : pair.key
    current = next
  }
  return found === undefined ? undefined : at(found)
}

function notInFiles<T>(what: string): Fact<T> {
  return unknown({ what, reason: 'not-in-files' })
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, text]) => [key, String(text)]))
}
