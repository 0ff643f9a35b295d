import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import type { CallerIdentity } from '../../credentials/credentials.ts'
import type { ConnectionError } from '../../answers/errors.ts'

/** What a server is asked. */
export interface HttpRequest {
  method: string
  /** With the query, below the server's own path. */
  path: string
  headers: Readonly<Record<string, string | string[]>>
  body?: string | undefined
  signal?: AbortSignal | undefined
  /** The answer goes on for long, or changes the protocol: it gets a connection of its own. */
  lasting?: boolean
}

/** What it answers. */
export interface HttpResponse {
  status: number
  statusText: string
  headers: IncomingHttpHeaders
  /** Leaving the iteration gives the rest up. Rejects with ConnectionError when the answer is cut. */
  body: AsyncIterable<Uint8Array>
  /** With status 101: the connection, which now speaks the protocol that was asked for, and its first bytes. */
  upgraded?: { socket: Duplex; head: Uint8Array }
}

/** What the connections to one server have in common. */
export interface ConnectionContext {
  tlsFor: (identity: CallerIdentity) => SecureOptions
  /** Says what became of a connection. */
  explain: (error: unknown) => ConnectionError
  /** Aborted when all connections are to be closed. */
  ending: AbortSignal
}

/** How TLS is spoken to it. */
export type SecureOptions = Pick<
  ConnectionOptions,
  'rejectUnauthorized' | 'ca' | 'servername' | 'cert' | 'key'
>
