import { ConnectionError } from './errors.ts'
import { isRecord } from '../../model/common/values.ts'

/** As much of an answer as is read. A page of a list holds 500 objects, and no object has more than 1.5 MB in etcd. */
export const mostAnswerBytes = 256 * 1024 * 1024

type Fields = Readonly<Record<string, unknown>>

type Test = (value: unknown) => boolean

const isAbsentOr =
  (test: Test): Test =>
  (value) =>
    value === undefined || value === null || test(value)
const text = isAbsentOr((value) => typeof value === 'string')
const number = isAbsentOr((value) => typeof value === 'number')
const truth = isAbsentOr((value) => typeof value === 'boolean')
const textOrNumber = isAbsentOr((value) => typeof value === 'string' || typeof value === 'number')
const anyRecord = isAbsentOr(isRecord)
const listOf = (test: Test): Test =>
  isAbsentOr((value) => Array.isArray(value) && value.every((item) => test(item)))

/** A mapping whose fields are so. One that is null is let go of: it is absent to Kubernetes, too. */
function fields(tests: Readonly<Record<string, Test>>): Test {
  const entries = Object.entries(tests)
  return (value) => {
    if (!isRecord(value)) return false
    for (const [name, test] of entries) {
      if (value[name] === null) delete value[name]
      if (!test(value[name])) return false
    }
    return true
  }
}
const part = (tests: Readonly<Record<string, Test>>): Test => isAbsentOr(fields(tests))

const isList = listOf(isRecord)
const texts = listOf((value) => typeof value === 'string')
const names = listOf(fields({ name: text }))
const conditions = listOf(fields({ type: text, status: text, reason: text, message: text }))
const state = part({ reason: text, message: text })

/** What each kind must be like for this program to read it: by the last name of a path that is not an object's own. */
const shapes: Readonly<Record<string, { kind: string; has: Test }>> = {
  services: {
    kind: 'Service',
    has: fields({
      spec: fields({
        type: text,
        clusterIP: text,
        clusterIPs: texts,
        externalName: text,
        ports: listOf(
          fields({
            name: text,
            port: number,
            protocol: text,
            appProtocol: text,
            targetPort: textOrNumber,
            nodePort: number,
          }),
        ),
        selector: isAbsentOr(isTexts),
        sessionAffinity: text,
        sessionAffinityConfig: part({ clientIP: part({ timeoutSeconds: number }) }),
        externalIPs: texts,
        loadBalancerIP: text,
        loadBalancerClass: text,
        loadBalancerSourceRanges: texts,
        internalTrafficPolicy: text,
        externalTrafficPolicy: text,
        allocateLoadBalancerNodePorts: truth,
        trafficDistribution: text,
        publishNotReadyAddresses: truth,
        ipFamilies: texts,
        ipFamilyPolicy: text,
      }),
      status: part({
        loadBalancer: part({ ingress: listOf(fields({ ip: text, hostname: text, ipMode: text })) }),
        conditions,
      }),
    }),
  },
  pods: {
    kind: 'Pod',
    has: fields({
      spec: fields({
        nodeName: text,
        hostname: text,
        containers: listOf(fields({ name: text, image: text, command: texts, args: texts })),
      }),
      status: part({
        phase: text,
        reason: text,
        message: text,
        podIP: text,
        podIPs: listOf(fields({ ip: text })),
        conditions,
        containerStatuses: listOf(
          fields({
            name: text,
            image: text,
            state: part({ waiting: state, running: anyRecord, terminated: state }),
          }),
        ),
      }),
    }),
  },
  nodes: {
    kind: 'Node',
    has: fields({
      spec: part({ providerID: text, taints: listOf(fields({ effect: text, key: text })) }),
      status: part({
        addresses: listOf(fields({ type: text, address: text })),
        conditions,
        images: listOf(fields({ names: texts })),
      }),
    }),
  },
  jobs: { kind: 'Job', has: fields({ status: part({ conditions }) }) },
  endpointslices: {
    kind: 'EndpointSlice',
    has: fields({
      addressType: text,
      ports: listOf(fields({ name: text, port: number, protocol: text, appProtocol: text })),
      endpoints: listOf(
        fields({
          addresses: (value) => Array.isArray(value) && texts(value),
          conditions: part({ ready: truth, serving: truth, terminating: truth }),
          hostname: text,
          nodeName: text,
          zone: text,
          targetRef: part({ kind: text, name: text, namespace: text, uid: text }),
          hints: part({ forZones: names, forNodes: names }),
        }),
      ),
    }),
  },
  namespaces: { kind: 'Namespace', has: () => true },
  events: {
    kind: 'Event',
    has: fields({
      type: text,
      reason: text,
      message: text,
      count: number,
      involvedObject: part({ kind: text, name: text, uid: text }),
    }),
  },
}

/** Whether an API group, in either document about them, has what is read of it. */
const isGroup = ({ versions, preferredVersion }: Fields): boolean =>
  isAbsentOr(isRecord)(preferredVersion) &&
  isList(versions) &&
  ((versions ?? []) as Fields[]).every(
    ({ version, resources }) => typeof version === 'string' && isList(resources),
  )

/** What is asked of a server itself. */
const roots: Readonly<Record<string, (answer: Fields) => boolean>> = {
  '/apis': ({ items, groups }) =>
    isList(items) &&
    isList(groups) &&
    ((items ?? []) as Fields[]).every((item) => hasName(item) && isGroup(item)) &&
    ((groups ?? []) as Fields[]).every((group) => typeof group['name'] === 'string' && isGroup(group)),
  '/version': ({ gitVersion }) => isAbsentOr((text) => typeof text === 'string')(gitVersion),
}

/**
 * The value of an answer, checked at the door: an object, and of the kind that its path is of. What comes from outside and
 * is something else is told here, and not where it is read.
 *
 * @throws ConnectionError when it is something else: then it is no API server that answers.
 */
export function readAnswer(text: string, request: { method: string; path: string; server: string }): unknown {
  const value: unknown = parseJson(text)
  const problem = problemOf(value, request)
  if (problem === undefined) return value
  throw new ConnectionError(
    'protocol',
    `error: ${request.server} does not answer as a Kubernetes API server does`,
    { hint: `${request.method} ${request.path}: ${problem}` },
  )
}

function problemOf(value: unknown, { method, path }: { method: string; path: string }): string | undefined {
  const hasRoot = roots[path.split('?')[0]!]
  if (hasRoot === undefined && !/^\/apis?\//.test(path)) return undefined
  if (!isRecord(value)) return `the answer is ${nameOf(value)} and no object`
  if (hasRoot !== undefined) return hasRoot(value) ? undefined : 'the answer has not the fields of one'
  const { plural, isObjects } = placeOf(path)
  const shape = Object.hasOwn(shapes, plural) ? shapes[plural] : undefined
  if (method === 'DELETE') return undefined
  const hasAll = isObjects ? isWhole : hasName
  if (shape === undefined && isObjects && plural !== '')
    return hasAll(value) ? undefined : 'the object has not the fields of one'
  if (shape === undefined) return 'items' in value ? listProblem(value) : undefined
  const { kind } = value
  const wanted = !isObjects && method === 'GET' ? `${shape.kind}List` : shape.kind
  if (kind !== undefined && kind !== wanted) return `the answer is ${kindOf(value)} and no ${wanted}`
  if (wanted !== shape.kind) return listProblem(value, shape.has)
  return hasAll(value) && shape.has(value) ? undefined : `the ${shape.kind} has not the fields of one`
}

function listProblem(value: Fields, has: Test = () => true): string | undefined {
  const { items, metadata } = value
  if (!part({ continue: text })(metadata)) return 'the list has not the fields of one'
  if (!isList(items)) return 'the list has no items'
  const objects = (items ?? []) as Fields[]
  return objects.every((item) => hasName(item) && has(item))
    ? undefined
    : 'an item of the list has not the fields of its kind'
}

/** Also for the events of a watch. */
export const hasName: Test = fields({
  apiVersion: text,
  kind: text,
  metadata: fields({
    name: (value) => typeof value === 'string',
    namespace: text,
    uid: text,
    resourceVersion: text,
    creationTimestamp: text,
    deletionTimestamp: text,
    labels: isAbsentOr(isTexts),
    annotations: isAbsentOr(isTexts),
    finalizers: texts,
    ownerReferences: listOf(fields({ apiVersion: text, kind: text, name: text, uid: text })),
    managedFields: listOf(fields({ manager: text, operation: text, subresource: text, fieldsV1: anyRecord })),
  }),
})

/** Items of a list need not say what they are: of one object it has to be known. */
const isWhole = (object: Fields): boolean =>
  hasName(object) && typeof object['apiVersion'] === 'string' && typeof object['kind'] === 'string'

/** Without a list of the values, as every object of every list is looked at. */
function isTexts(value: unknown): boolean {
  if (!isRecord(value)) return false
  for (const key in value) if (typeof value[key] !== 'string') return false
  return true
}

/** One line of a watch. Throws ConnectionError like `readAnswer`. */
export function readEvent(text: string, path: string, server: string): unknown {
  const value: unknown = parseJson(text)
  const { plural } = placeOf(path)
  const has = Object.hasOwn(shapes, plural) ? shapes[plural]?.has : undefined
  if (isRecord(value) && typeof value['type'] === 'string' && isRecord(value['object'])) {
    const { type, object } = value
    if (type === 'ERROR') return value
    if (type === 'BOOKMARK' && isRecord(object['metadata'])) return value
    if (hasName(object) && (has === undefined || has(object))) return value
  }
  throw new ConnectionError('protocol', `error: ${server} does not answer as a Kubernetes API server does`, {
    hint: `a watch of ${path}: what came is no event`,
  })
}

/** The plural in a path, and whether it is the path of one object (or of a part of it). */
function placeOf(path: string): { plural: string; isObjects: boolean } {
  const words = path.split('?')[0]!.split('/').slice(1)
  let rest = words.slice(words[0] === 'api' ? 2 : 3)
  if (rest[0] === 'namespaces' && rest.length > 2) rest = rest.slice(2)
  // Of a part, such as `pods/x/eviction`, nothing is known.
  return rest.length > 2
    ? { plural: '', isObjects: true }
    : { plural: rest[0] ?? '', isObjects: rest.length > 1 }
}

const nameOf = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value
const kindOf = ({ kind }: Fields): string =>
  typeof kind === 'string' && /^\w{1,60}$/.test(kind) ? `a ${kind}` : 'of no kind'

/**
 * The value of an answer's JSON, whose type is the caller's to know.
 *
 * @throws ConnectionError when it is something else: then it is no API server that answers.
 */
function parseJson(text: string) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConnectionError('protocol', 'Unable to connect to the server: the answer is not JSON', {
      cause,
      hint: 'Something other than a Kubernetes API server answers at this address, perhaps a login page.',
    })
  }
}
