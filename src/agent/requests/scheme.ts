import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Scheme } from '../../model/probe/observation.ts'
import type { CompleteConfig, CompleteTarget } from '../complete-config.ts'
import type { Exchange, Plan } from './lanes/base-lane.ts'
import { Lane } from './lanes/lane.ts'
import { Linger } from './lanes/linger.ts'

/**
 * A backend that breaks connections must not decide for all of them: with one of two, all tries meet it in one run of 64,
 * where picks are even.
 */
const tries = 6
/** So many answers in another protocol are enough: nobody says such a thing by accident. */
const enoughWords = 2
/** For how long one of them may take, in milliseconds. */
const tryMs = 2000
/** How a TLS server begins its complaint about a request in plain text: RFC 8446, 5.1. */
const tlsAlert = 0x15
/** How a client begins that knows that the server speaks HTTP/2, with an empty SETTINGS frame: RFC 9113, 3.4. */
const http2Preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'
/** What follows the length of a server's first frame in HTTP/2: SETTINGS, no acknowledgement, stream 0. */
const settingsFrame = '\x04\0\0\0\0\0'
/** How much of an answer in another protocol is told. */
const excerptLength = 32

/** What a port speaks. */
export interface Spoken {
  scheme: Scheme
  /** Where it is asked as TCP: what it said instead of HTTP, to go on after "the port". */
  notHttp?: string
  /** Asked in HTTP/2 over TLS, it chose HTTP/1.1. */
  isHttp1?: true
}

/**
 * Finds out what the server speaks, before the first request that counts:
 *
 * - an answer in HTTP, however broken: http, unless it is a 400 that asks for TLS;
 * - a TLS alert, or a connection that is broken without an answer: https when a TLS handshake succeeds;
 * - a SETTINGS frame: HTTP/2 without TLS, which the agent does not speak: tcp;
 * - other bytes twice, or {@link tries} connections that are broken without an answer: tcp;
 * - no connection, or no answer in time: http, whose requests then tell what is wrong.
 *
 * It opens connections of its own, up to three for each try, whose answers count nowhere. With session affinity they may create
 * the client's entry, or keep one alive, like any request.
 */
export async function detectScheme(
  config: CompleteConfig,
  target: CompleteTarget,
  now: () => number,
): Promise<Spoken> {
  const words: string[] = []
  for (let attempt = 0; attempt < tries; attempt++) {
    const { exchange, answer } = await tryHttp(config, target, now)
    if (exchange.outcome === 'answered') {
      const body = answer.body.toString('latin1', 0, answer.bodyLength)
      if (answer.status !== 400 || !/\b(?:https|ssl|tls)\b/i.test(body)) return { scheme: 'http' }
      return { scheme: (await speaksTls(config, target)) === false ? 'http' : 'https' }
    }
    // Broken HTTP is HTTP.
    if (answer.status !== 0) return { scheme: 'http' }
    if (exchange.outcome !== 'protocol' && exchange.outcome !== 'reset') return { scheme: 'http' }
    if (!answer.started || answer.firstByte === tlsAlert)
      if ((await speaksTls(config, target)) !== false) return { scheme: 'https' }
    // Not with every try: with the same number of connections for each, a proxy that goes round would lead all to one pod.
    const asksHttp2 = answer.started || attempt % 2 === 0
    if (asksHttp2 && (await firstBytes(config, target, http2Preface)).startsWith(settingsFrame, 3))
      return { scheme: 'tcp', notHttp: 'speaks HTTP/2 without TLS (h2c), which this probe does not' }
    if (!answer.started) continue
    const { path, hostHeader } = target
    const said = await firstBytes(config, target, `GET ${path} HTTP/1.1\r\nHost: ${hostHeader}\r\n\r\n`)
    if (said.startsWith('HTTP/')) return { scheme: 'http' }
    words.push(said)
    if (words.length === enoughWords) break
  }
  return { scheme: 'tcp', notHttp: wordsFor(words) }
}

function wordsFor(words: readonly string[]): string {
  const said = words.find((each) => each !== '')
  if (said !== undefined) return `answers an HTTP request with ${JSON.stringify(said)}`
  if (words.length > 0) return 'answers an HTTP request with something else'
  return `closed all of ${tries} connections without an answer to an HTTP request`
}

/** Sends something and resolves with the beginning of what comes back; empty when nothing does. */
function firstBytes(config: CompleteConfig, { host, port }: CompleteTarget, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect({ host, port, autoSelectFamily: false }, () => socket.write(bytes, 'latin1'))
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(said.slice(0, excerptLength))
    }
    const timer = setTimeout(finish, Math.min(config.timeoutMs, tryMs))
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      said += text
      if (said.length >= 9) finish()
    })
    socket.on('end', finish)
    socket.on('error', finish)
  })
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

/** The protocols that a client of HTTP/2 offers over TLS. */
const http2First = ['h2', 'http/1.1']

/** What a server says that was asked for HTTP/2 over TLS and goes on in HTTP/1.1, as it may. */
export async function chooseHttp(
  config: CompleteConfig,
  target: CompleteTarget,
): Promise<Pick<Spoken, 'isHttp1'>> {
  const chosen = await speaksTls(config, target, http2First)
  return chosen === true || chosen === 'http/1.1' ? { isHttp1: true } : {}
}

/**
 * What it chose of several protocols, else true; true also when the server refuses the handshake in the words of TLS, for example
 * for want of a name.
 */
function speaksTls(
  config: CompleteConfig,
  target: CompleteTarget,
  ALPNProtocols?: string[],
): Promise<boolean | string> {
  return new Promise((resolve) => {
    const { host, port } = target
    const name = target.tls.serverName ?? host
    const servername = isIP(name) === 0 ? name : ''
    const options = { host, port, autoSelectFamily: false, servername, rejectUnauthorized: false }
    const socket = connectTls(ALPNProtocols === undefined ? options : { ...options, ALPNProtocols })
    const finish = (speaks: boolean | string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(speaks)
    }
    const timer = setTimeout(finish, Math.min(config.timeoutMs, tryMs), false)
    socket.on('secureConnect', () => finish(socket.alpnProtocol || true))
    socket.on('end', () => finish(false))
    socket.on('error', (error: NodeJS.ErrnoException) => finish(/ALERT/.test(error.code ?? '')))
  })
}
