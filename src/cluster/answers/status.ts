import type { Status } from '../../model/cluster/kubernetes.ts'

const WORDS: Readonly<Record<number, { reason: string; message: string }>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  403: { reason: 'Forbidden', message: 'the server does not allow this method on the requested resource' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: {
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  406: {
    reason: 'NotAcceptable',
    message: 'the server was unable to respond with a content type that the client supports',
  },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  410: { reason: 'Gone', message: 'the requested resource is no longer available' },
  413: { reason: 'RequestEntityTooLarge', message: 'the request is larger than the server allows' },
  415: { reason: 'UnsupportedMediaType', message: 'the body of the request was in an unknown format' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: {
    reason: 'TooManyRequests',
    message: 'the server has received too many requests and has asked us to try again later',
  },
  500: {
    reason: 'InternalError',
    message: 'an error on the server has prevented the request from succeeding',
  },
  502: { reason: 'BadGateway', message: 'a gateway in front of the server could not reach it' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message:
      'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
}

/**
 * The Status that a failed request was answered with. A proxy or load balancer in between answers with pages of
 * its own; then it is made from the code, in client-go's words, with the beginning of a plain text.
 */
export function statusOf(code: number, statusText: string, body: string): Status {
  const parsed = parse(body)
  if (parsed !== undefined) return { ...parsed, code: parsed.code ?? code }
  const words = WORDS[code] ?? (code >= 500 ? WORDS[500] : undefined)
  // API servers say in a Status who may not do what: this is somebody in between, whom no Role opens.
  if (code === 403) {
    const page = wordsOf(body)
    const message = `403 ${statusText || 'Forbidden'}${page === '' ? '' : `: ${page}`}`
    return { kind: 'Status', apiVersion: 'v1', code, message }
  }
  const text = body.trim()
  const detail =
    text !== '' && text.length <= 300 && !text.startsWith('<') ? `: ${text.replaceAll(/\s+/g, ' ')}` : ''
  return {
    kind: 'Status',
    apiVersion: 'v1',
    code,
    ...(words ? { reason: words.reason } : {}),
    message: `${words?.message ?? `the server responded with the status code ${code} ${statusText}`.trim()}${detail}`,
  }
}

/**
 * Whether a 404 is about an object that is not there. Somebody in between says it in words of their own, and API servers say of
 * paths that they do not have that the server could not find the requested resource.
 */
export function isAboutObject(body: string): boolean {
  const status = parse(body)
  return status !== undefined && status.message !== WORDS[404]?.message
}

/** Whether an API server says why it refuses. */
export const isStatus = (body: string): boolean => parse(body) !== undefined

function parse(body: string): Status | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'Status')
    return undefined
  const { message, reason, code, details, ...rest } = value as Record<string, unknown>
  if (!isText(message) && !isText(reason)) return undefined
  return {
    ...rest,
    kind: 'Status',
    apiVersion: 'v1',
    ...(isText(message) ? { message } : {}),
    ...(isText(reason) ? { reason } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...detailsOf(details),
  }
}

/** Those of the details that have the type that they should have. */
function detailsOf(value: unknown): Pick<Status, 'details'> {
  if (typeof value !== 'object' || value === null) return {}
  const { causes, ...rest } = value as Record<string, unknown>
  const isCause = (cause: unknown): cause is object => typeof cause === 'object' && cause !== null
  const kept = Array.isArray(causes) ? { causes: causes.filter((cause) => isCause(cause)) } : {}
  return { details: { ...rest, ...kept } }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const mostWords = 300

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Of a reference in HTML; one that is not known stays as it is. */
function characterOf(reference: string, decimal?: string, hex?: string, name = ''): string {
  if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
  return Object.hasOwn(named, name) ? named[name]! : reference
}

/** What a page or a text says, without markup, as far as it fits a line. */
function wordsOf(body: string): string {
  const text = body
    .slice(0, 20_000)
    .replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,6}));/gi, characterOf)
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text.length <= mostWords ? text : `${text.slice(0, mostWords - 1)}…`
}
