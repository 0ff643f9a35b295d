import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { applyObjects, kubectl } from '../../kubernetes/kubectl.ts'

/** An object of the API, as far as we look at it. */
export interface ApiObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
}

/** The objects of a YAML file, read as kubectl does: 0644 is octal. */
export const objectsOf = (file: string): ApiObject[] =>
  parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' }).flatMap(
    (document) => document.toJS() ?? [],
  )

/** A namespace. */
export const namespaceObject = (name: string, labels: Readonly<Record<string, string>> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})

/** The same objects, in this namespace. */
export const inNamespace = (namespace: string, objects: readonly object[]): object[] =>
  objects.map((object) => ({
    ...object,
    metadata: { ...('metadata' in object ? (object.metadata as object) : {}), namespace },
  }))

/** A service account that may do everything: what a gateway's own roles are makes no difference to its affinity. */
export const administrator = (name: string, namespace: string): object[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `lab:${namespace}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
]

/** The part of a Service's spec that gives it this address. */
export const balanced = (number: number): object => ({
  type: 'LoadBalancer',
  loadBalancerIP: loadBalancerAddress(number)[0],
})

/** Whether it defines a kind, of which others may be. */
export const isDefinition = (object: object): boolean =>
  'kind' in object && object.kind === 'CustomResourceDefinition'

/** Applies objects, definitions of kinds first, as others may be of these kinds. */
export async function install(objects: readonly object[]): Promise<void> {
  const definitions = objects.filter(isDefinition)
  if (definitions.length > 0) {
    await applyObjects(definitions)
    await kubectl(['wait', '--for=condition=Established', '--timeout=60s', '-f', '-'], {
      input: list(definitions),
    })
  }
  const others = objects.filter((object) => !isDefinition(object))
  if (others.length > 0) await applyObjects(others)
}

/** Deletes objects by name, and waits until they are gone; what is not there is no error. */
export async function remove(objects: readonly object[]): Promise<void> {
  if (objects.length === 0) return
  await kubectl(['delete', '--ignore-not-found', '--timeout=60s', '-f', '-'], { input: list(objects) })
}

const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
