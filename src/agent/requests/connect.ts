import { isIP } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import type { CompleteTarget } from '../complete-config.ts'

/** A connection over TLS to where a target listens, at `port`, with the certificate verified as it says. */
export function connectTls(
  { host, tls: settings }: CompleteTarget,
  port: number,
  secureContext: SecureContext | undefined,
  ALPNProtocols?: string[],
): TLSSocket {
  const name = settings.serverName ?? host
  const options = {
    host,
    port,
    autoSelectFamily: false,
    // The name of a certificate's owner, never an address: RFC 6066.
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      checkServerIdentity(name, certificate),
    rejectUnauthorized: settings.insecure !== true,
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
  }
  const socket = connect(options)
  // Otherwise the request waits until the last message of the handshake is acknowledged.
  socket.setNoDelay(true)
  if (options.rejectUnauthorized) tellOwner(socket)
  return socket
}

/** Whose a certificate is that nobody who is trusted signed: gateways show one of their own where they lack the right one. */
function tellOwner(socket: TLSSocket): void {
  let owner = ''
  // Before Node verifies it, and the connection is gone; Bun has none then.
  socket.prependListener('secure', () => {
    const certificate = socket.getPeerCertificate() as Partial<PeerCertificate> | null
    const { subject, subjectaltname = '' } = certificate ?? {}
    const names = subjectaltname.replaceAll(/\b(?:DNS|IP Address):/g, '').split(', ')
    owner = [...new Set([subject?.CN ?? '', ...names])].filter((name) => name !== '').join(', ')
  })
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    const isUntrusted = /^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(error.code ?? '')
    if (isUntrusted && owner !== '') error.message += `, for ${owner}`
  })
}
