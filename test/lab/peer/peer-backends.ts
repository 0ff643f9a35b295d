/**
 * The backends of the other cluster: one process that answers for every address of its load balancers and nodes, in a
 * network namespace where all of them are its own. Which address was asked decides whose answer it is, so that
 * addresses can be told apart: `backend[backend-10-89-2-7]`. On port 8080 two take turns, as pods behind one load balancer do.
 */
import { createServer } from 'node:http'
import { argv } from 'node:process'

let turn = 0

/** `10-89-2-7`, `fd89-2--7`; IPv4 comes as IPv4 although the socket is for both families. */
const nameOf = (address: string | undefined): string =>
  (address ?? '').replace(/^::ffff:/, '').replaceAll(/[.:]/g, '-')

for (const port of argv.slice(2).map(Number)) {
  createServer((request, response) => {
    const name = `backend-${nameOf(request.socket.localAddress)}`
    const pod = port === 8080 ? `${name}-${'ab'[turn++ % 2]}` : name
    const client = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    response.setHeader('Content-Type', 'text/plain')
    response.end(`backend[${pod}] ClientIP=${client}\n`)
  }).listen(port, '::')
}
