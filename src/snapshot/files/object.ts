import type { FilePosition, Finding, ObjectRef } from '../../model/findings/finding.ts'
import { serviceLabel } from '../../model/cluster/external.ts'
import { refusalsOf } from '../../validation/index.ts'
import { isOfController } from '../../mechanisms/service/written/tidy.ts'
import { checkShape } from './check.ts'
import type { FileObject } from './text/document.ts'
import { fileFinding } from './finding.ts'
import { asRecord } from '../../model/common/values.ts'
import { schemas, kindsOfGroup } from '../../validation/schema.ts'
import { locate } from './locate.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'

const unread = 'The API server refuses the object.'

/** Looks at kind and apiVersion. Objects of groups that are not known here are none of our business. */
function checkKind(object: FileObject): Finding[] {
  const { value, node, at } = object
  const { kind, apiVersion } = value
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    const missing = typeof kind !== 'string' ? 'kind' : 'apiVersion'
    return [
      fileFinding('AFF-FILE-MISSING-FIELD', at(node), `${missing} is missing`, unread, [`add ${missing}:`]),
    ]
  }
  const say = (key: string, message: string, mend: string): Finding[] => [
    fileFinding('AFF-FILE-UNKNOWN-KIND', locate(object, key) ?? at(node), message, unread, [mend]),
  ]
  const expected = schemas[kind]
  if (expected !== undefined && expected.apiVersion !== apiVersion && isBuiltIn(apiVersion)) {
    return say(
      'apiVersion',
      `apiVersion "${apiVersion}" has no ${kind}: it is in "${expected.apiVersion}"`,
      `write apiVersion: ${expected.apiVersion}`,
    )
  }
  const siblings = kindsOfGroup[apiVersion]
  if (siblings === undefined || siblings.includes(kind)) return []
  // Without a kind that is near it is something else: a kubeconfig, an answer of a server.
  const meant = didYouMean(kind, siblings)
  if (meant === undefined) return []
  return say(
    'kind',
    `kind "${kind}": not in apiVersion "${apiVersion}"; did you mean "${meant}"?`,
    `write "${meant}"`,
  )
}

/** Groups of Kubernetes itself: a `Service` of another group (Knative's) is another thing. */
function isBuiltIn(apiVersion: string): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['']
  return group === '' || !group.includes('.') || /^(apps|batch|extensions|policy)$|\.k8s\.io$/.test(group)
}

/** What is wrong with one object by itself, and whether it was `seen` before, where it is written down. */
export function checkObject(
  object: FileObject,
  namespace: string,
  seen: Map<string, FilePosition>,
): Finding[] {
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
  findings.push(...withRefusals(object, ref, checkShape(object, known.schema, ref)))
  if (kind === 'EndpointSlice') findings.push(...checkSlice(object, ref))
  // In a dump they are not the user's.
  if (kind === 'Endpoints' && !isOfController(object.value)) findings.push(endpointsApi(object, ref))
  if (name === '') return findings
  const key = `${kind} ${ref.namespace} ${name}`
  const first = seen.get(key)
  if (first === undefined) seen.set(key, object.at(object.node))
  else findings.push(duplicate(object, ref, first))
  return findings
}

/** What the server would refuse besides, unless the place is said to be wrong already. */
function withRefusals(object: FileObject, ref: ObjectRef, found: readonly Finding[]): Finding[] {
  const findings = [...found]
  const isSaid = ({ line, column }: FilePosition): boolean =>
    findings.some(({ position }) => position?.line === line && position.column === column)
  const isOfWrongType = (at: FilePosition | undefined): boolean =>
    found.some(
      ({ code, position }) =>
        code === 'AFF-FILE-WRONG-TYPE' && position?.line === at?.line && position?.column === at?.column,
    )
  for (const { path, kind, field, message, fix } of refusalsOf(object.value)) {
    // One of a wrong type is there, and that is said.
    if (field !== undefined && isOfWrongType(locate(object, `${path}.${field}`))) continue
    const position = locate(object, path) ?? object.at(object.node)
    if (isSaid(position)) continue
    const code = kind === 'missing' ? 'AFF-FILE-MISSING-FIELD' : 'AFF-SVC-BAD-VALUE'
    findings.push(
      fileFinding(code, position, message, 'The API server refuses the object.', fix === '' ? [] : [fix], [
        ref,
      ]),
    )
  }
  return findings
}

function checkSlice(object: FileObject, ref: ObjectRef): Finding[] {
  const labels = asRecord(metadataOf(object)['labels'])
  if (labels[serviceLabel] !== undefined) return []
  return [
    fileFinding(
      'AFF-EPS-NO-SERVICE-LABEL',
      locate(object, 'metadata') ?? object.at(object.node),
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
    locate(object, 'kind') ?? object.at(object.node),
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
