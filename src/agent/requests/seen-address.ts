import { isIPv4, isIPv6 } from 'node:net'

/** Bodies that tell a client's address do so early. */
const searched = 8192

/** A body that is an address and a port. Without the port it may as well be the address of the server. */
const whole = /^\s*(?:([\d.]+)|\[([\da-f.:]+)(?:%[\w.-]+)?\]):\d+\s*$/i
const value = String.raw`["']?\s*[=:]\s*[["'\s]*([\da-f.:]+)`
/** What applications call the other end of the connection, and what a proxy in front of them said it was. */
const peer = new RegExp(String.raw`\b(?:client|remote|peer)[ _-]?(?:ip|addr(?:ess)?)${value}`, 'gi')
const forwarded = new RegExp(String.raw`\b(?:x-?(?:forwarded-?for|real-?ip)|origin)${value}`, 'gi')

/**
 * The client's address as the server saw it, when the beginning of an answer's body says it beyond doubt: the whole body
 * is an address with a port that is no backend's (agnhost's /clientip), or it says `ClientIP=…`, `"client_ip": "…"`,
 * `RemoteAddr: …`, or else repeats X-Forwarded-For or X-Real-Ip. Two different addresses under such names say nothing.
 * For its spelling see `Observation.seenAddress`.
 *
 * @param isBackend whether an address, in that spelling, is one of the backends'
 */
export function seenAddressOf(body: string, isBackend: (address: string) => boolean): string | undefined {
  const text = body.slice(0, searched)
  const only = whole.exec(text)
  if (only !== null) {
    const address = addressOf(only[1] ?? only[2] ?? '')
    return address === undefined || isBackend(address) ? undefined : address
  }
  for (const name of [peer, forwarded]) {
    const found = new Set<string>()
    for (const [, said = ''] of text.matchAll(name)) {
      const address = addressOf(said)
      if (address !== undefined) found.add(address)
    }
    if (found.size > 0) return found.size === 1 ? [...found][0] : undefined
  }
  return undefined
}

/** The one spelling of an address that stands at the beginning of `text`, perhaps with a port behind it. */
function addressOf(text: string): string | undefined {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?\.?$/i.exec(text)?.[1]
  if (v4 !== undefined) return isIPv4(v4) ? v4 : undefined
  if (!isIPv6(text)) return undefined
  const address = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  const number = parseInt(high, 16) * 65_536 + parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}
