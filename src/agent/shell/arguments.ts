import type { AgentConfig } from '../config.ts'

/** Bytes of an answer that it reports: with what a line says besides, well below where container runtimes cut lines. */
const mostBytes = 7000

const unlimited = 999_999_999_999

/**
 * The arguments of agent.sh for what it can do of `config`: the first target, without keeping connections.
 * It ends after `deadlineSeconds` in any case, and with its standard input when it is `attached`.
 */
export function shellArguments(config: AgentConfig, deadlineSeconds: number, attached: boolean): string[] {
  const { targets, requests = unlimited, durationMs = unlimited, intervalMs, timeoutMs, marker } = config
  const [target] = targets
  if (target === undefined) throw new Error('no target')
  const { scheme, host, port, path = '/', tls } = target
  return [
    scheme,
    host,
    String(port),
    path,
    target.hostHeader ?? `${host.includes(':') ? `[${host}]` : host}:${port}`,
    String(requests),
    String(Math.ceil(durationMs)),
    String(Math.round(intervalMs)),
    String(Math.ceil(timeoutMs)),
    tls?.insecure === true ? '1' : '0',
    String(deadlineSeconds),
    attached ? '1' : '0',
    marker?.text ?? '',
    marker?.in ?? 'header',
    String(mostBytes),
    config.byChance === true ? '1' : '0',
  ]
}
