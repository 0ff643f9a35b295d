import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { openTunnel } from './tunnel.ts'

type Callback = (error: Error | null, stream?: Duplex | null) => void

/** Pools TLS connections that lead through a proxy. */
export class TunnelHttpsAgent extends HttpsAgent {
  readonly #proxy: URL
  readonly #ending = new AbortController()

  constructor(proxy: URL, options: HttpsAgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, callback: Callback): undefined {
    const secure = (socket: Socket) => super.createConnection({ ...options, socket } as ClientRequestArgs)
    void connectThrough(this.#proxy, options, callback, secure, this.#ending.signal)
  }

  /** Gives up tunnels that are not there yet, too. */
  override destroy(): void {
    this.#ending.abort()
    super.destroy()
  }
}

/** Pools plain connections that lead through a proxy. */
export class TunnelHttpAgent extends HttpAgent {
  readonly #proxy: URL
  readonly #ending = new AbortController()

  constructor(proxy: URL, options: AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs, callback: Callback): undefined {
    void connectThrough(this.#proxy, options, callback, (socket) => socket, this.#ending.signal)
  }

  /** Gives up tunnels that are not there yet, too. */
  override destroy(): void {
    this.#ending.abort()
    super.destroy()
  }
}

async function connectThrough(
  proxy: URL,
  { host, port }: ClientRequestArgs,
  callback: Callback,
  wrap: (socket: Socket) => Duplex | null | undefined,
  ending: AbortSignal,
): Promise<void> {
  let socket: Socket
  try {
    socket = await openTunnel(proxy, host ?? '', Number(port), ending)
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)))
    return
  }
  callback(null, wrap(socket))
}
