import { quotaRefusal } from '../../controllers/quotas.ts'
import { deleteNamespace, deletePod } from '../../controllers/owners.ts'
import { randomSuffix } from '../../controllers/names.ts'
import {
  badRequest,
  Refused,
  invalid,
  methodNotAllowed,
  modified,
  notFound,
  unsupportedMediaType,
} from '../../failure.ts'
import type { AddressPlan } from '../../network/address-plan.ts'
import { defined, isRecord } from '../../../model/common/values.ts'
import { apiVersionOf, asText, at, qualified, type Resource, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { Call } from '../call.ts'
import { applied, managedAfterUpdate, type Manager, pruned } from './managers.ts'
import { jsonPatch, mergePatch, strategicPatch } from './patch.ts'
import { checkRules } from './rules.ts'
import * as services from './services.ts'
import { checkShape, unknownFields, withoutNulls, withoutUnknownFields } from './validate.ts'

/** Everything that changes objects. */
export interface Writer {
  store: ObjectStore
  plan: AddressPlan
}

type WriteAnswer = { code: number; object: object }

const isDryRun = ({ query }: Call): boolean => query.has('dryRun')

function managerOf({ query, userAgent, type, subresource }: Call, operation: 'Apply' | 'Update'): Manager {
  const name = query.get('fieldManager') ?? userAgent.split('/')[0] ?? 'unknown'
  return {
    name,
    operation,
    apiVersion: apiVersionOf(type),
    subresource: subresource === 'scale' ? 'scale' : subresource,
  }
}

export function create(writer: Writer, call: Call, body: unknown): WriteAnswer {
  const { store } = writer
  const { type, namespace } = call
  const given = resourceOf(call, body)
  const { generateName, name } = given.metadata
  const metadata = {
    ...given.metadata,
    name: name || `${asText(generateName)}${randomSuffix()}`,
    ...(type.namespaced ? { namespace: namespace ?? 'default' } : {}),
  }
  if (!name && !generateName)
    throw invalid(type.kind, type.group, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ])
  if (namespace !== undefined) demandNamespace(store, call, namespace, metadata.name)
  const refusal = type === types.pods ? quotaRefusal(store, namespace, metadata.name) : undefined
  if (refusal !== undefined) throw refusal
  const object = admit(writer, call, { ...given, metadata }, undefined)
  const { status: _, ...written } = object
  const { metadata: owned } = withManagers(undefined, written, managerOf(call, 'Update'))
  const managed = { ...object, metadata: owned }
  if (store.find(type, namespace, metadata.name) === undefined && isDryRun(call))
    return { code: 201, object: managed }
  return { code: 201, object: store.create(type, managed) }
}

export function update(writer: Writer, call: Call, body: unknown): WriteAnswer {
  const before = current(writer.store, call)
  const given = resourceOf(call, body)
  return {
    code: 200,
    object: save(writer, call, before, call.subresource === 'scale' ? scaled(before, given) : given),
  }
}

export function patch(writer: Writer, call: Call, body: unknown): WriteAnswer {
  const { contentType, query } = call
  if (contentType.startsWith('application/apply-patch'))
    return apply(writer, call, body, query.get('force') === 'true')
  const before = current(writer.store, call)
  const shown = call.subresource === 'scale' ? scaleOf(before) : before
  const after = resourceOf(call, patched(contentType, shown, body))
  return {
    code: 200,
    object: save(writer, call, before, call.subresource === 'scale' ? scaled(before, after) : after),
  }
}

function patched(contentType: string, target: object, body: unknown): unknown {
  const [kind] = contentType.split(';')
  if (kind === 'application/merge-patch+json') return mergePatch(target, body)
  if (kind === 'application/strategic-merge-patch+json') return strategicPatch(target, body)
  if (kind === 'application/json-patch+json') return jsonPatch(target, body)
  throw unsupportedMediaType()
}

function apply(writer: Writer, call: Call, body: unknown, force: boolean): WriteAnswer {
  const { store } = writer
  const { type, namespace, name = '' } = call
  const before = store.find(type, namespace, name)
  const config = resourceOf(call, body)
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  const complete = {
    ...config,
    metadata: { ...config.metadata, name, ...(type.namespaced ? { namespace: namespace ?? 'default' } : {}) },
  }
  if (before === undefined && namespace !== undefined) demandNamespace(store, call, namespace, name)
  const laid = applied(before, complete, managerOf(call, 'Apply'), force)
  const object = pruned(admit(writer, call, laid, before))
  if (isDryRun(call)) return { code: 200, object }
  if (before === undefined) return { code: 201, object: store.create(type, object) }
  return { code: 200, object: store.replace(type, object) }
}

/** The last steps of every change to an object that there is. */
function save(writer: Writer, call: Call, before: Resource, given: Resource): object {
  const { store } = writer
  const { type, subresource } = call
  const { resourceVersion } = given.metadata
  if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
    throw modified(type, before.metadata.name)
  // The status changes through its own path only, and nothing else does there.
  const parts =
    subresource === 'status'
      ? { ...before, ...statusOf(given) }
      : { ...without(given, 'status'), ...statusOf(before) }
  const { uid, creationTimestamp, generation, deletionTimestamp } = before.metadata
  const kept = {
    name: before.metadata.name,
    uid,
    ...defined({
      creationTimestamp,
      generation,
      deletionTimestamp,
      managedFields: before.metadata.managedFields,
    }),
  }
  const object = admit(writer, call, { ...parts, metadata: { ...parts.metadata, ...kept } }, before)
  const managed = withManagers(before, object, managerOf(call, 'Update'))
  const stored = isDryRun(call) ? managed : store.replace(type, managed)
  return subresource === 'scale' ? scaleOf(stored) : stored
}

function statusOf(object: Resource): { status?: unknown } {
  return object['status'] === undefined ? {} : { status: object['status'] }
}

function without(object: Resource, field: string): Resource {
  const { [field]: _, ...rest } = object
  return rest as Resource
}

function withManagers(before: Resource | undefined, after: Resource, manager: Manager): Resource {
  const managedFields = managedAfterUpdate(before, after, manager)
  return { ...after, metadata: { ...after.metadata, managedFields } }
}

/** Defaults, what the server hands out, and its checks. */
function admit(
  { store, plan }: Writer,
  call: Call,
  object: Resource,
  before: Resource | undefined,
): Resource {
  const { type, query, warn } = call
  const validation = query.get('fieldValidation') ?? 'Warn'
  checkShape(type, object, () => {
    const unknown = unknownFields(type, object).map((path) => `unknown field "${path}"`)
    if (unknown.length > 0 && validation === 'Strict')
      throw badRequest(
        `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${unknown.join(', ')}`,
      )
    if (validation === 'Warn') for (const text of unknown) warn(text)
  })
  const clean = withoutUnknownFields(type, object)
  if (type !== types.services) {
    checkRules(type, clean)
    return withDefaults(call, clean)
  }
  if (before === undefined) services.checkAsked(clean)
  const addressed = services.withAddresses(services.withDefaults(clean), before, store, plan)
  const others = store.list(types.services).filter(({ metadata }) => metadata.uid !== before?.metadata.uid)
  services.check(addressed, before, { others, plan, isDryRun: isDryRun(call) })
  return addressed
}

function withDefaults({ type }: Call, object: Resource): Resource {
  const spec = isRecord(object['spec']) ? object['spec'] : {}
  if (type === types.deployments) {
    return {
      ...object,
      spec: { replicas: 1, strategy: { type: 'RollingUpdate' }, ...spec },
      status: object['status'] ?? {},
    }
  }
  if (type === types.pods) {
    const pod = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst' }
    return { ...object, spec: { ...pod, ...spec }, status: object['status'] ?? { phase: 'Pending' } }
  }
  if (type === types.jobs)
    return {
      ...object,
      spec: { backoffLimit: 6, completions: 1, parallelism: 1, ...spec },
      status: object['status'] ?? {},
    }
  if (type === types.namespaces) {
    const labels = { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels }
    return {
      ...object,
      metadata: { ...object.metadata, labels },
      spec: { finalizers: ['kubernetes'] },
      status: object['status'] ?? { phase: 'Active' },
    }
  }
  return object
}

export function remove({ store }: Writer, call: Call, body: unknown): WriteAnswer {
  const { type, query } = call
  const options = isRecord(body) ? body : {}
  const object = current(store, call)
  const uid = at(options, 'preconditions', 'uid')
  if (uid !== undefined && uid !== object.metadata.uid)
    throw new Refused(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(type)} "${object.metadata.name}": Precondition failed: UID in precondition: ${asText(uid)}, UID in object meta: ${object.metadata.uid}`,
    )
  // Options in a body are all that counts, as in k8s.io/apiserver's DeleteResource.
  if (isRecord(body) ? options['dryRun'] !== undefined : isDryRun(call)) return { code: 200, object }
  if (type === types.pods) {
    const grace = options['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined
    return { code: 200, object: deletePod(store, object, grace === undefined ? undefined : seconds(grace)) }
  }
  if (type === types.namespaces) return { code: 200, object: deleteNamespace(store, object) }
  store.remove(type, object)
  const { name, uid: gone } = object.metadata
  const details = { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid: gone }
  return { code: 200, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}

function seconds(value: unknown): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 0) return number
  throw badRequest(`invalid gracePeriodSeconds: ${asText(value)}`)
}

/** `pods/eviction`, as `kubectl drain` asks for it. */
export function evict(writer: Writer, call: Call, body: unknown): WriteAnswer {
  remove(writer, call, at(body, 'deleteOptions'))
  return { code: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
}

/** A Deployment's or ReplicaSet's size as `kubectl scale` sees it. */
export function scaleOf(object: Resource): Resource {
  const labels = Object.entries(
    (at(object, 'spec', 'selector', 'matchLabels') ?? {}) as Record<string, string>,
  )
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: object.metadata,
    spec: { replicas: Number(at(object, 'spec', 'replicas') ?? 1) },
    status: {
      replicas: Number(at(object, 'status', 'replicas') ?? 0),
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  }
}

const scaled = (object: Resource, scale: Resource): Resource => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: scale.metadata.resourceVersion },
  spec: { ...(object['spec'] as object), replicas: at(scale, 'spec', 'replicas') ?? 0 },
})

function current(store: ObjectStore, { type, namespace, name, subresource }: Call): Resource {
  if (name === undefined) throw methodNotAllowed()
  if (subresource !== undefined && !type.subresources.includes(subresource)) throw notFound(type, name)
  return store.get(type, namespace, name)
}

function resourceOf({ type, name, subresource }: Call, body: unknown): Resource {
  if (!isRecord(body)) throw badRequest('the object provided is unrecognized (must be of type object)')
  const { metadata = {}, kind = type.kind, apiVersion = apiVersionOf(type), ...rest } = withoutNulls(body)
  const isScale = subresource === 'scale'
  if (!isScale && (kind !== type.kind || apiVersion !== apiVersionOf(type)))
    throw badRequest(
      `${asText(kind)} in version "${asText(apiVersion)}" cannot be handled as a ${type.kind}: no kind "${asText(kind)}" is registered for version "${asText(apiVersion)}"`,
    )
  if (!isRecord(metadata))
    throw badRequest(
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: metadata is no object`,
    )
  const named = metadata['name']
  if (name !== undefined && named !== undefined && named !== name)
    throw badRequest(`the name of the object (${asText(named)}) does not match the name on the URL (${name})`)
  return {
    ...rest,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: metadata as unknown as Resource['metadata'],
  }
}

function demandNamespace(store: ObjectStore, { type }: Call, namespace: string, name: string): void {
  const found = store.find(types.namespaces, undefined, namespace)
  if (found === undefined) throw notFound(types.namespaces, namespace)
  if (found.metadata.deletionTimestamp !== undefined) {
    const message = `${qualified(type)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`
    throw new Refused(403, 'Forbidden', message, {
      name,
      kind: type.plural,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    })
  }
}
