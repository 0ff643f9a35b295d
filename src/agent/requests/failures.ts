import type { Outcome } from '../../model/probe/observation.ts'

/** How far a connection came. */
export type FailureStage = 'connect' | 'handshake' | 'answer'

const byCode: Record<string, Outcome> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  // What network policies that reject send (ICMP "administratively prohibited" and its like).
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EPROTO: 'tls',
}

/** The outcome of a request that ended with an error of Node's. */
export function outcomeOf(error: NodeJS.ErrnoException, stage: FailureStage): Outcome {
  if (error.syscall === 'getaddrinfo') return 'dns'
  const code = error.code ?? ''
  return byCode[code] ?? (stage === 'handshake' || /^ERR_(TLS|SSL|OSSL)/.test(code) ? 'tls' : 'error')
}
