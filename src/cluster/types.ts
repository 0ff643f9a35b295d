import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'

/** The interface that the rest of the program uses to talk to an API server. */

/** kubectl's global flags that decide which server is asked and as whom. A missing flag leaves it to the kubeconfig. */
export interface ConnectionFlags {
  kubeconfig?: string | undefined
  context?: string | undefined
  cluster?: string | undefined
  user?: string | undefined
  namespace?: string | undefined
  server?: string | undefined
  token?: string | undefined
  as?: string | undefined
  asGroups?: readonly string[] | undefined
  asUid?: string | undefined
  /** Each is KEY=VALUE. */
  asUserExtra?: readonly string[] | undefined
  insecureSkipTlsVerify?: boolean | undefined
  certificateAuthority?: string | undefined
  clientCertificate?: string | undefined
  clientKey?: string | undefined
  tlsServerName?: string | undefined
  /** kubectl's syntax: "30s", "2m", "1h30m", a bare integer is seconds, 0 means no limit. */
  requestTimeout?: string | undefined
}

/** What the process would provide; passed in so that nothing here reads the process itself. */
export interface Environment {
  env: Readonly<Record<string, string | undefined>>
  /** Undefined where the user has none. */
  homedir: string | undefined
  /** The program's version, for the User-Agent. */
  version: string
  /** Receives the server's `Warning:` texts, each once. */
  warn: (text: string) => void
  /** Receives the lines of -v 6 and above. */
  log: (line: string) => void
  /** kubectl's -v: 6 shows requests, 7 request headers, 8 response headers and bodies. */
  verbosity: number
  /** Standard input is a terminal, so that a credential plugin may ask the user. */
  interactive: boolean
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface CallOptions {
  query?: Query | undefined
  /** Media types instead of plain JSON, as one header. */
  accept?: string | undefined
  /** Aborting it rejects the call with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Instead of --request-timeout; 0 means no limit. */
  timeoutMs?: number | undefined
}

export interface UpgradeOptions extends CallOptions {
  /** As part of the query, in this order; unlike those of `query` they may repeat. */
  parameters: readonly [name: string, value: string][]
  /** `Upgrade` and what the protocol wants besides. */
  headers: Readonly<Record<string, string>>
}

export interface ServerAnswer {
  status: number
  /** Names in lower case. */
  headers: (readonly [name: string, value: string])[]
  body: string
}

/** The connection itself; whoever has it must destroy it. */
export interface Upgraded {
  socket: Duplex
  /** What the server sent along with its consent. */
  head: Uint8Array
  headers: IncomingHttpHeaders
}

export type Patch =
  /** Server-side apply: the body is the whole intent of this field manager. */
  | { type: 'apply'; body: unknown; fieldManager: string; force?: boolean }
  | { type: 'merge' | 'strategic' | 'json'; body: unknown; fieldManager?: string }

export interface DeleteOptions extends CallOptions {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
  /** Refuses (Conflict) to delete another object of the same name. */
  preconditions?: { uid?: string; resourceVersion?: string }
  /** Checks it and deletes nothing. Beside the options in the body, the API server ignores one in the query. */
  dryRun?: boolean
}

/**
 * One API server, as one user. Paths begin with a slash and are as in the API reference
 * (`/api/v1/namespaces/default/services/web`); names in them are the caller's to encode.
 *
 * Every method rejects with ApiError (the server answered with a failure), ConnectionError (there was no
 * answer), KubeconfigError (the credentials cannot be had), or the reason of an aborted signal.
 */
export interface Cluster {
  /** Undefined when the connection comes from flags alone or from inside a cluster. */
  readonly contextName: string | undefined
  readonly server: string
  /** The namespace that applies when a command names none. */
  readonly namespace: string

  get<T>(path: string, options?: CallOptions): Promise<T>
  /** An answer that is no JSON. */
  text(path: string, options?: CallOptions): Promise<string>
  /** The same with its headers. */
  answer(path: string, options?: CallOptions): Promise<ServerAnswer>
  /** The items of a list, fetched page by page as they are consumed. */
  list<T extends object>(path: string, options?: CallOptions): AsyncGenerator<T, void, undefined>
  create<T>(path: string, body: unknown, options?: CallOptions): Promise<T>
  patch<T>(path: string, patch: Patch, options?: CallOptions): Promise<T>
  delete<T>(path: string, options?: DeleteOptions): Promise<T>
  /**
   * The raw bytes of an answer that may go on for ever (logs, watches). The time limit covers the wait for the
   * answer's head only. Leaving the iteration closes the connection.
   */
  stream(path: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>
  /**
   * A connection that goes on in another protocol than HTTP. The time limit covers the wait for the server's consent
   * only. Rejects with ApiError also when the server answers but does not change the protocol.
   */
  upgrade(path: string, options: UpgradeOptions): Promise<Upgraded>
  /** Closes every connection, also those in use. */
  close(): void
}
