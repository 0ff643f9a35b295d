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
  return socket
}
