import net from 'node:net'
import tls from 'node:tls'
import type { CompleteTarget } from '../complete-config.ts'

/** A connection over TLS to where a target listens, at `port`, with the certificate verified as it says. */
export function connectTls(
  { host, tls: settings }: CompleteTarget,
  port: number,
  secureContext: tls.SecureContext | undefined,
  ALPNProtocols?: string[],
): tls.TLSSocket {
  const name = settings.serverName ?? host
  const options = {
    host,
    port,
    autoSelectFamily: false,
    // The name of a certificate's owner, never an address: RFC 6066.
    servername: net.isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host: string, certificate: tls.PeerCertificate) =>
      tls.checkServerIdentity(name, certificate),
    rejectUnauthorized: settings.insecure !== true,
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
  }
  const socket = tls.connect(options)
  // Otherwise the request waits until the last message of the handshake is acknowledged.
  socket.setNoDelay(true)
  return socket
}
