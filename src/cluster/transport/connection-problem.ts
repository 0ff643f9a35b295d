import { errorCode } from '../error-code.ts'
import { ConnectionError } from '../answers/errors.ts'
import { ProxyError } from '../proxy/proxy-error.ts'

interface SystemError extends Error {
  code?: string
  /** Set on a wrong host name in a certificate. */
  cert?: { subjectaltname?: string }
  host?: string
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
])

/** Whether the connection was cut rather than refused or never made. */
export function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_SOCKET_CLOSED', 'ERR_STREAM_PREMATURE_CLOSE'].includes(
    errorCode(error),
  )
}

/** A stream that was reset, a socket that closed: as a socket calls it. */
export function cut(cause?: unknown): Error {
  return Object.assign(new Error('the connection was cut', { cause }), { code: 'ECONNRESET' })
}

/**
 * Puts a socket's or TLS's error in the words that kubectl has for it.
 * Node's and Bun's TLS libraries name the same things differently, so both sets of codes are here.
 */
export function connectionError(cause: unknown, server: URL, guessed: boolean): ConnectionError {
  const error = firstOf(cause)
  const code = error.code ?? ''
  const unable = 'Unable to connect to the server: '
  const { host, hostname } = server
  switch (code) {
    case 'ECONNREFUSED':
      return new ConnectionError(
        'refused',
        `The connection to the server ${host} was refused - did you specify the right host or port?`,
        {
          cause,
          hint: guessed
            ? 'No kubeconfig says where the cluster is: set KUBECONFIG, or use --kubeconfig or --server.'
            : undefined,
        },
      )
    case 'ENOTFOUND':
      return new ConnectionError('dns', `${unable}dial tcp: lookup ${hostname}: no such host`, { cause })
    case 'EAI_AGAIN':
      return new ConnectionError(
        'dns',
        `${unable}dial tcp: lookup ${hostname}: temporary failure in name resolution`,
        { cause },
      )
    case 'ETIMEDOUT':
      return new ConnectionError('timeout', `${unable}dial tcp ${host}: i/o timeout`, { cause })
    case 'EHOSTUNREACH':
      return new ConnectionError('unreachable', `${unable}dial tcp ${host}: connect: no route to host`, {
        cause,
      })
    case 'ENETUNREACH':
      return new ConnectionError(
        'unreachable',
        `${unable}dial tcp ${host}: connect: network is unreachable`,
        { cause },
      )
  }
  if (isReset(error)) {
    const hint =
      server.protocol === 'http:' ? 'If the server speaks https, write https:// in its address.' : undefined
    return new ConnectionError('reset', `${unable}${host}: connection reset by peer`, { cause, hint })
  }
  if (error instanceof ProxyError) {
    return new ConnectionError('proxy', `${unable}proxy: ${error.message}`, {
      cause,
      hint: 'The proxy comes from proxy-url in the kubeconfig, or from HTTPS_PROXY or HTTP_PROXY; NO_PROXY exempts servers.',
    })
  }
  const tls = tlsProblem(error, hostname)
  if (tls) return new ConnectionError('tls', `${unable}${tls.problem}`, { cause, hint: tls.hint })
  return new ConnectionError('protocol', `${unable}${error.message}`, { cause })
}

/** Of the attempts on a name's several addresses, the first one's error. */
function firstOf(cause: unknown): SystemError {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0]
  return cause instanceof Error ? cause : new Error(String(cause))
}

function tlsProblem(error: SystemError, hostname: string): { problem: string; hint?: string } | undefined {
  const code = error.code ?? ''
  const verify = 'tls: failed to verify certificate: x509: '
  if (UNTRUSTED.has(code)) {
    return {
      problem: `${verify}certificate signed by unknown authority`,
      hint: "Give the server's authority with --certificate-authority, or correct certificate-authority-data in the kubeconfig.",
    }
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const which = code === 'CERT_HAS_EXPIRED' ? 'it has expired' : 'it begins later'
    return {
      problem: `${verify}certificate has expired or is not yet valid: ${which}`,
      hint: "Renew the server's certificate, or check this machine's clock.",
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (error.cert?.subjectaltname ?? '').replaceAll(/(DNS|IP Address):/g, '')
    return {
      problem: `${verify}certificate is valid for ${names || 'no name'}, not ${error.host ?? hostname}`,
      hint: 'Use one of these names in the address, or give one with --tls-server-name.',
    }
  }
  if (/wrong.version.number|packet length too long/i.test(`${code} ${error.message}`)) {
    return {
      problem: 'http: server gave HTTP response to HTTPS client',
      hint: 'Write http:// in the address of the server.',
    }
  }
  const [, alert] = /ALERT_(\w+)/.exec(code) ?? /alert ([a-z ]+)/.exec(error.message) ?? []
  if (alert) return { problem: `remote error: tls: ${alert.toLowerCase().replaceAll('_', ' ')}` }
  if (/^(ERR_(SSL|TLS|OSSL)|CERT_|EPROTO)/.test(code)) return { problem: `tls: ${error.message}` }
  return undefined
}
