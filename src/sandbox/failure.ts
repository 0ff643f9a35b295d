import type { Status } from '../model/cluster/kubernetes.ts'
import { qualified, type ResourceType } from './objects/resource.ts'
import { defined } from '../model/common/values.ts'

/** One of the reasons why an object is not valid. */
export type StatusCause = { reason: string; message: string; field: string }

/** A request that fails, as the Status that the API server answers, in its words. */
export class Refused extends Error {
  readonly status: Status & { metadata: object; code: number }

  constructor(code: number, reason: string, message: string, details?: Status['details']) {
    super(message)
    this.name = 'Refused'
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...defined({ details }),
      code,
    }
  }
}

/** What the server answers when an error is none of a request's own. */
export const failureOf = (error: unknown): Refused =>
  error instanceof Refused
    ? error
    : new Refused(500, 'InternalError', `Internal error occurred: ${String(error)}`)

const detailsOf = (type: ResourceType, name: string): { name: string; group?: string; kind: string } => ({
  name,
  ...(type.group === '' ? {} : { group: type.group }),
  kind: type.plural,
})

export const notFound = (type: ResourceType, name: string): Refused =>
  new Refused(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name))

export const noSuchPath = (): Refused =>
  new Refused(404, 'NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (type: ResourceType, name: string): Refused =>
  new Refused(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, detailsOf(type, name))

export const modified = (type: ResourceType, name: string): Refused =>
  new Refused(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    detailsOf(type, name),
  )

export const badRequest = (message: string): Refused => new Refused(400, 'BadRequest', message)

export const tooLarge = (): Refused => new Refused(413, 'RequestEntityTooLarge', 'limit is 3145728 bytes')

export const expired = (message: string): Refused => new Refused(410, 'Expired', message)

export const methodNotAllowed = (): Refused =>
  new Refused(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const unsupportedMediaType = (): Refused =>
  new Refused(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
  )

export const busy = (seconds: number): Refused =>
  new Refused(429, 'TooManyRequests', 'too many requests, please try again later', {
    retryAfterSeconds: seconds,
  })

export function invalid(kind: string, group: string, name: string, causes: readonly StatusCause[]): Refused {
  const lines = causes.map(({ field, message }) => `${field}: ${message}`)
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return new Refused(
    422,
    'Invalid',
    `${kind}${group === '' ? '' : `.${group}`} "${name}" is invalid: ${list}`,
    {
      name,
      ...(group === '' ? {} : { group }),
      kind,
      causes: [...causes],
    },
  )
}

export interface Attempt {
  user: string
  verb: string
  group: string
  plural: string
  subresource?: string | undefined
  namespace?: string | undefined
  name?: string | undefined
}

export function forbidden({ user, verb, group, plural, subresource, namespace, name }: Attempt): Refused {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const what = `${group === '' ? plural : `${plural}.${group}`}${name === undefined ? '' : ` "${name}"`}`
  return new Refused(
    403,
    'Forbidden',
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
    defined({ name, ...(group === '' ? {} : { group }), kind: plural }),
  )
}
