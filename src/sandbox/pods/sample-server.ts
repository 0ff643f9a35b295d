import dgram from 'node:dgram'
import http from 'node:http'
import { openPort } from '../network/address-plan.ts'
import type { Container, ContainerOptions } from './container.ts'
import { ContainerLog } from './log.ts'

/**
 * The application of every container that is no `node -e`: its image is not looked at. It runs in this process, listens
 * on the container's ports (8080 without any), and says who it is:
 *
 *     /podinfo     {"pod_ip":"…","node_ip":"…"}
 *     /hostname    the pod's name
 *     else         Host=… Path=… From=<pod> ClientIP=<address that the pod sees> XFF=…
 *
 * On its UDP ports it knows what agnhost's netexec does: `hostname`, `clientip` and `echo WORDS`; nothing else has an answer.
 */
export function startSampleServer(options: ContainerOptions): Container {
  const { pod, podIp, nodeIp, ports, lowestPort, plan } = options
  const log = new ContainerLog()
  const end = Promise.withResolvers<number>()
  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const client = plan.logical(request.socket.remoteAddress ?? '')
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    log.write(`${client} ${request.method ?? 'GET'} ${path}\n`)
    const isJson = path === '/podinfo'
    const text = isJson
      ? JSON.stringify({ pod_ip: podIp, node_ip: nodeIp })
      : path === '/hostname'
        ? pod
        : `Host=${request.headers.host ?? ''} Path=${path} From=${pod} ClientIP=${client} XFF=${String(request.headers['x-forwarded-for'] ?? '')}`
    response.setHeader('Content-Type', isJson ? 'application/json' : 'text/plain; charset=utf-8')
    response.end(`${text}\n`)
  }
  const fail = (error: Error): void => {
    log.write(`${error.message}\n`)
    end.resolve(1)
  }
  const address = plan.physical(podIp)
  const portsOf = (wanted: 'TCP' | 'UDP'): number[] =>
    ports
      .filter(({ protocol = 'TCP' }) => protocol === wanted)
      .map(({ containerPort }) => openPort(containerPort, lowestPort))
  const servers = (ports.length > 0 ? portsOf('TCP') : [8080]).map((port) =>
    http.createServer(answer).on('error', fail).listen(port, address),
  )
  const sockets = portsOf('UDP').map((port) => {
    const socket = dgram.createSocket('udp4').on('error', fail)
    socket.on('message', (bytes, from) => {
      const client = plan.logical(from.address)
      const text = bytes.toString().trim()
      log.write(`${client} UDP ${text}\n`)
      const reply = datagramAnswer(text, pod, `${client}:${from.port}`)
      if (reply !== undefined) socket.send(reply, from.port, from.address)
    })
    return socket.bind({ port, address, exclusive: true })
  })
  const close = (): void => {
    for (const socket of sockets) socket.close()
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
    log.end()
  }
  const ended = end.promise.then((code) => {
    close()
    return code
  })
  return { log, ended, stop: () => end.resolve(143) }
}

function datagramAnswer(text: string, pod: string, client: string): string | undefined {
  if (text === 'hostname') return pod
  if (text === 'clientip') return client
  return text.startsWith('echo ') ? text.slice('echo '.length) : undefined
}
