import type { AgentConfig } from '../config.ts'

/** What the agent in shell can do, of what the one in JavaScript can. */
export type ShellConfig = Pick<
  AgentConfig,
  'requests' | 'durationMs' | 'intervalMs' | 'timeoutMs' | 'marker'
> & {
  target: { scheme: 'auto' | 'http' | 'https'; host: string; port: number; path: string; hostHeader: string }
  insecure: boolean
  /** It ends after so long in any case. */
  deadlineSeconds: number
  /** It ends when its standard input does: who started it is gone. */
  attached: boolean
}

/** Bytes of an answer that it reports: with what a line says besides, well below where container runtimes cut lines. */
const mostBytes = 7000

const unlimited = 999_999_999_999

/** `sh -c SOURCE …shellArguments(config)`, in the order in which agent.sh takes them. */
export function shellArguments(config: ShellConfig): string[] {
  const { target, requests, durationMs, intervalMs, timeoutMs, insecure, deadlineSeconds, attached } = config
  return [
    'affinity-probe',
    target.scheme,
    target.host,
    String(target.port),
    target.path,
    target.hostHeader,
    String(requests ?? unlimited),
    String(Math.ceil(durationMs ?? unlimited)),
    String(Math.round(intervalMs)),
    String(Math.ceil(timeoutMs)),
    insecure ? '1' : '0',
    String(deadlineSeconds),
    attached ? '1' : '0',
    config.marker?.text ?? '',
    config.marker?.in ?? 'header',
    String(mostBytes),
  ]
}
