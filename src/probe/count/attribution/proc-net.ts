/** One line of /proc/net/tcp or tcp6: both ends of a connection. Addresses as Node writes them, IPv4 in IPv6 as IPv4. */
export interface SocketEnds {
  localAddress: string
  localPort: number
  remoteAddress: string
  remotePort: number
}

/** `sl local_address rem_address st …`, addresses and ports in hexadecimal. */
const line = /^\s*\d+:\s+([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})\s+([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})\s/gim

/**
 * The connections in the text of /proc/net/tcp and tcp6 (Linux, Documentation/networking/proc_net_tcp.rst), those in
 * TIME_WAIT among them. Addresses are printed in words of 32 bits in the order of the machine's bytes: all that
 * Kubernetes runs on but s390x have the lowest first.
 */
export function parseProcNet(text: string): SocketEnds[] {
  const found: SocketEnds[] = []
  for (const [, local = '', localPort = '', remote = '', remotePort = ''] of text.matchAll(line)) {
    const port = Number.parseInt(remotePort, 16)
    // A socket that listens has no other end.
    if (port === 0) continue
    found.push({
      localAddress: addressOf(local),
      localPort: Number.parseInt(localPort, 16),
      remoteAddress: addressOf(remote),
      remotePort: port,
    })
  }
  return found
}

function addressOf(hex: string): string {
  const bytes: number[] = []
  for (let word = 0; word < hex.length; word += 8) {
    for (let at = word + 6; at >= word; at -= 2) bytes.push(Number.parseInt(hex.slice(at, at + 2), 16))
  }
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  if (isMapped) return bytes.slice(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (bytes[index * 2]! * 256 + bytes[index * 2 + 1]!).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
