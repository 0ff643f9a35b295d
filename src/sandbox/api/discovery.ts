import { apiVersionOf, type ResourceType, reviewTypes } from '../objects/resource.ts'

/** What the server has, in the documents by which clients find it out. */

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** A version of each group with a name. */
function groupsOf(types: readonly ResourceType[]): Map<string, string> {
  const all = [...types, ...reviewTypes].filter(({ group }) => group !== '')
  return new Map(all.map(({ group, version: of }) => [group, of]))
}

export const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+affinity.sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'simulation',
}

/** The answer to a path of discovery; undefined for any other path. */
export function discovery(path: string, address: string, types: readonly ResourceType[]): object | undefined {
  const groups = groupsOf(types)
  if (path === '/version') return version
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
    }
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].map((group) => groupDocument(...group)),
    }
  if (path === '/api/v1') return resourceList('', 'v1', types)
  const [, name = '', asked] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
  const served = groups.get(name)
  if (served !== undefined && asked === undefined)
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(name, served) }
  if (served !== undefined && asked === served) return resourceList(name, served, types)
  return openApi(path, groups, types)
}

function groupDocument(name: string, served: string): object {
  const entry = { groupVersion: `${name}/${served}`, version: served }
  return { name, versions: [entry], preferredVersion: entry }
}

function resourceList(group: string, served: string, types: readonly ResourceType[]): object {
  const stored = types.flatMap((type) =>
    type.group === group
      ? [entryOf(type, verbs), ...type.subresources.map((sub) => subresource(type, sub))]
      : [],
  )
  const asked = reviewTypes.filter((type) => type.group === group).map((type) => entryOf(type, type.verbs))
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? served : `${group}/${served}`,
    resources: [...stored, ...asked],
  }
}

function entryOf(type: ResourceType, list: readonly string[]): object {
  const { plural, singular, namespaced, kind, shortNames } = type
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: list,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(['pods', 'services', 'deployments', 'replicasets', 'jobs', 'daemonsets'].includes(plural)
      ? { categories: ['all'] }
      : {}),
  }
}

function subresource({ plural, namespaced, kind }: ResourceType, name: string): object {
  const entry = { name: `${plural}/${name}`, singularName: '', namespaced }
  if (name === 'scale')
    return { ...entry, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] }
  if (name === 'eviction')
    return { ...entry, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] }
  if (name === 'exec') return { ...entry, kind: 'PodExecOptions', verbs: ['create', 'get'] }
  return { ...entry, kind, verbs: name === 'log' ? ['get'] : ['get', 'patch', 'update'] }
}

/**
 * `/openapi/v2`, which kubectl reads in protobuf before it applies a List: a document that describes nothing, so that
 * it leaves the checks to the server. Fields of openapi.v2.Document: 1 is swagger, 2 is info (1 title, 2 version).
 */
export const openApiV2 = Buffer.from('\n\u00032.0\u0012\u000e\n\u0007sandbox\u0012\u00031.0', 'latin1')
export const openApiV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** No schemas: only what kubectl looks for, that the server validates fields and does dry runs. */
function openApi(
  path: string,
  groups: ReadonlyMap<string, string>,
  types: readonly ResourceType[],
): object | undefined {
  const versions = ['api/v1', ...[...groups].map(([group, served]) => `apis/${group}/${served}`)]
  if (path === '/openapi/v3') {
    return {
      paths: Object.fromEntries(versions.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }])),
    }
  }
  const found = versions.find((name) => path === `/openapi/v3/${name}`)
  if (found === undefined) return undefined
  const here = types.filter(
    (type) => found.endsWith(apiVersionOf(type)) && (type.group === '') === (found === 'api/v1'),
  )
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes (sandbox)', version: version.gitVersion },
    paths: Object.fromEntries(
      here.map((type) => [
        `/${found}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}/{name}`,
        operationsOf(type),
      ]),
    ),
    components: { schemas: {} },
  }
}

function operationsOf({ group, version: of, kind }: ResourceType): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string' },
  }))
  const operation = {
    'x-kubernetes-group-version-kind': { group, version: of, kind },
    parameters,
    responses: {},
  }
  return { get: operation, patch: { ...operation, 'x-kubernetes-action': 'patch' } }
}
