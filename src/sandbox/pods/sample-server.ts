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
  const servers = (ports.length > 0 ? ports : [8080]).map((port) => {
    const server = http.createServer(answer)
    server.on('error', (error) => {
      log.write(`${error.message}\n`)
      end.resolve(1)
    })
    server.listen(openPort(port, lowestPort), plan.physical(podIp))
    return server
  })
  const close = (): void => {
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
