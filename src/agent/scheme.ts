import net from 'node:net'
import tls from 'node:tls'
import type { Scheme } from '../model/observation.ts'
import type { CompleteConfig, CompleteTarget } from './complete-config.ts'
import type { Exchange, Plan } from './lane.ts'
import { Lane } from './lane.ts'
import { Linger } from './linger.ts'

/** One backend that closes connections must not decide for all of them. */
const tries = 3
/** For how long one of them may take, in milliseconds. */
const tryMs = 2000
/** How a TLS server begins its complaint about a request in plain text: RFC 8446, 5.1. */
const tlsAlert = 0x15

/**
 * Finds out what the server speaks, before the first request that counts:
 *
 * - an answer in HTTP: http, unless it is a 400 that asks for TLS;
 * - a TLS alert, or a connection that is closed without an answer: https when a TLS handshake succeeds, tcp when
 *   that is so three times and none does;
 * - other bytes: tcp;
 * - no connection, or no answer in time: http, whose requests then tell what is wrong.
 *
 * It opens one to six connections of its own, whose answers count nowhere. With session affinity they may create the
 * client's entry, or keep one alive, like any request.
 */
export async function detectScheme(
  config: CompleteConfig,
  target: CompleteTarget,
  now: () => number,
): Promise<Scheme> {
  for (let attempt = 1; ; attempt++) {
    const { exchange, answer } = await tryHttp(config, target, now)
    if (exchange.outcome === 'answered') {
      const body = answer.body.toString('latin1', 0, answer.bodyLength)
      if (answer.status !== 400 || !/\b(?:https|ssl|tls)\b/i.test(body)) return 'http'
      return (await speaksTls(config, target)) ? 'https' : 'http'
    }
    // Broken HTTP is HTTP.
    if (exchange.outcome === 'protocol' && answer.status !== 0) return 'http'
    if (exchange.outcome !== 'protocol' && exchange.outcome !== 'reset') return 'http'
    if (answer.started && answer.firstByte !== tlsAlert) return 'tcp'
    if (await speaksTls(config, target)) return 'https'
    if (attempt === tries) return 'tcp'
  }
}

function tryHttp(
  config: CompleteConfig,
  target: CompleteTarget,
  now: () => number,
): Promise<{ exchange: Exchange; answer: Lane['answer'] }> {
  return new Promise((resolve) => {
    const ticker = setInterval(() => lane.tick(now()), 25)
    const onDone: Plan['onDone'] = (_, exchange) => {
      clearInterval(ticker)
      resolve({ exchange, answer: lane.answer })
    }
    const timeoutMs = Math.min(config.timeoutMs, tryMs)
    const lane = new Lane({
      config: { ...config, timeoutMs, keepAlive: false },
      target,
      scheme: 'http',
      secureContext: undefined,
      now,
      linger: new Linger(),
      onDone,
    })
    lane.begin(1, now())
  })
}

/** True also when the server refuses the handshake in the words of TLS, for example for want of a name. */
function speaksTls(config: CompleteConfig, target: CompleteTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const { host, port } = target
    const name = target.tls.serverName ?? host
    const servername = net.isIP(name) === 0 ? name : ''
    const options = { host, port, autoSelectFamily: false, servername, rejectUnauthorized: false }
    const socket = tls.connect(options)
    const finish = (speaks: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(speaks)
    }
    const timer = setTimeout(finish, Math.min(config.timeoutMs, tryMs), false)
    socket.on('secureConnect', () => finish(true))
    socket.on('end', () => finish(false))
    socket.on('error', (error: NodeJS.ErrnoException) => finish(/ALERT/.test(error.code ?? '')))
  })
}
