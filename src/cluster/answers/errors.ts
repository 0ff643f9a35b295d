import type { Status } from '../../model/cluster/kubernetes.ts'

/** What went wrong, in kubectl's words: `message` is the complete line to show, `hint` what to do about it. */
export abstract class ClusterError extends Error {
  readonly hint: string | undefined

  constructor(message: string, options?: { hint?: string | undefined; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.hint = options?.hint
  }
}

/** The kubeconfig, the flags or the credentials cannot be used; nothing was asked of the server. */
export class KubeconfigError extends ClusterError {}

export type ConnectionProblem =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'dns'
  | 'tls'
  | 'unreachable'
  | 'proxy'
  | 'protocol'

/** There was no (complete) answer from the server. */
export class ConnectionError extends ClusterError {
  readonly problem: ConnectionProblem

  constructor(
    problem: ConnectionProblem,
    message: string,
    options?: { hint?: string | undefined; cause?: unknown },
  ) {
    super(message, options)
    this.problem = problem
  }
}

/** The server answered with a failure. */
export class ApiError extends ClusterError {
  readonly code: number
  readonly reason: string
  readonly status: Status
  readonly verb: string
  readonly path: string

  constructor(status: Status, request: { verb: string; path: string }, hint?: string) {
    super(lineFor(status), { hint })
    this.code = status.code ?? 0
    this.reason = status.reason ?? ''
    this.status = status
    this.verb = request.verb
    this.path = request.path
  }
}

function lineFor(status: Status): string {
  const message = status.message ?? 'unknown'
  if (status.reason === 'Invalid') return invalidLine(status)
  if (status.reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`
  if (status.reason) return `Error from server (${status.reason}): ${message}`
  return `Error from server: ${message}`
}

function invalidLine({ details }: Status): string {
  const what =
    details?.kind || details?.name
      ? `The ${details.kind ?? ''} "${details.name ?? ''}" is invalid`
      : 'The request is invalid'
  const causes = [
    ...new Set((details?.causes ?? []).map(({ field, message }) => `${field ?? ''}: ${message ?? ''}`)),
  ]
  if (causes.length === 0) return what
  return causes.length === 1
    ? `${what}: ${causes[0]}`
    : `${what}: \n${causes.map((cause) => `* ${cause}`).join('\n')}`
}

const hasCode = (error: unknown, code: number): error is ApiError =>
  error instanceof ApiError && error.code === code

/** The API server says that the user may not do that; a page of somebody in between is none of its words. */
export const isForbidden = (error: unknown): error is ApiError => hasCode(error, 403) && error.reason !== ''
export const isNotFound = (error: unknown): error is ApiError => hasCode(error, 404)
/** The object changed meanwhile, or fields belong to another manager. */
export const isConflict = (error: unknown): error is ApiError =>
  hasCode(error, 409) && error.reason !== 'AlreadyExists'

/** The same request may succeed later without anybody changing anything. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ApiError) return [408, 429, 500, 502, 503, 504].includes(error.code)
  return error instanceof ConnectionError && error.problem !== 'tls' && error.problem !== 'protocol'
}
