/** Requests that are complete, and the bytes after them. */
export interface TakenRequests {
  requests: EchoRequest[]
  rest: Buffer
  /** What arrives is no HTTP. */
  isOther: boolean
}

export interface EchoRequest {
  method: string
  /** The client wants the connection closed after the answer. */
  close: boolean
}

const endOfHead = '\r\n\r\n'
const longestHead = 65_536

/** The beginning of a request line, however little of it has arrived. */
const requestLine = /^[A-Z]{0,16}$|^[A-Z]{1,16} [^\r\n]*\r?(\n|$)/

/**
 * Takes complete HTTP/1 requests from the bytes of a connection. Bodies with a length are skipped; that is all an echo
 * needs of RFC 9112.
 */
export function takeRequests(buffer: Buffer): TakenRequests {
  const requests: EchoRequest[] = []
  let rest = buffer
  for (;;) {
    const start = rest.toString('latin1', 0, Math.min(rest.length, longestHead))
    if (rest.length > 0 && !requestLine.test(start.slice(0, start.indexOf('\n') + 1 || undefined)))
      return { requests, rest, isOther: true }
    const end = start.indexOf(endOfHead)
    if (end < 0) return { requests, rest, isOther: rest.length >= longestHead }
    const [line = '', ...headers] = start.slice(0, end).split('\r\n')
    const header = (name: string): string =>
      headers
        .find((text) => text.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim() ?? ''
    const length = end + endOfHead.length + (Number(header('content-length')) || 0)
    if (rest.length < length) return { requests, rest, isOther: false }
    const isOld = line.endsWith('HTTP/1.0')
    const wish = header('connection').toLowerCase()
    requests.push({
      method: line.split(' ')[0] ?? '',
      close: wish === 'close' || (isOld && wish !== 'keep-alive'),
    })
    rest = rest.subarray(length)
  }
}

/** An answer with `body` as JSON. */
export function httpAnswer({ method, close }: EchoRequest, body: string): string {
  return [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `Connection: ${close ? 'close' : 'keep-alive'}`,
    '',
    method === 'HEAD' ? '' : body,
  ].join('\r\n')
}
