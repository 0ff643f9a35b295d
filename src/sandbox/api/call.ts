import type { IncomingMessage } from 'node:http'
import { badRequest } from '../failure.ts'
import { type ResourceType, reviewTypes } from '../objects/resource.ts'

/** A request about objects, taken apart. */
export interface Call {
  method: string
  type: ResourceType
  namespace: string | undefined
  name: string | undefined
  subresource: string | undefined
  /** What follows the subresource: the path of a proxied request. */
  rest: string
  query: URLSearchParams
  accept: string
  contentType: string
  userAgent: string
  user: string
  /** Adds a Warning header to the answer. */
  warn: (text: string) => void
}

type Where = Pick<Call, 'type' | 'namespace' | 'name' | 'subresource' | 'rest'>

/** What a path of the API means; undefined for a path that there is not. */
export function findObjects(path: string, types: readonly ResourceType[]): Where | undefined {
  const words = path
    .split('/')
    .slice(1)
    .map((word) => decoded(word))
  const isCore = words[0] === 'api'
  const [group = '', version = ''] = isCore ? ['', words[1]] : [words[1], words[2]]
  let rest = words.slice(isCore ? 2 : 3)
  let namespace: string | undefined
  // `/namespaces/x` is the namespace itself, and `/namespaces/x/status` a part of it.
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')) {
    namespace = rest[1]
    rest = rest.slice(2)
  }
  const [plural = '', name, subresource] = rest
  const type = [...types, ...reviewTypes].find(
    (one) => one.group === group && one.version === version && one.plural === plural,
  )
  if (type === undefined || (rest.length > 3 && subresource !== 'proxy')) return undefined
  if (namespace !== undefined && !type.namespaced) return undefined
  return { type, namespace, name, subresource, rest: rest.slice(3).join('/') }
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    throw badRequest(`invalid URL escape ${JSON.stringify(word)}`)
  }
}

/** The verb by which RBAC names what a request does. */
export function verbOf({ method, name, query }: Call): string {
  if (method === 'GET')
    return query.get('watch') === 'true' || query.get('watch') === '1'
      ? 'watch'
      : name === undefined
        ? 'list'
        : 'get'
  if (method === 'POST') return 'create'
  if (method === 'PUT') return 'update'
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete'
  return 'patch'
}

export const userAgentOf = (request: IncomingMessage): string => request.headers['user-agent'] ?? 'unknown'
