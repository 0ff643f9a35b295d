import { randomBytes } from 'node:crypto'
import { kubectl, peerUp, startPeer, stopPeer } from '../../lab/index.ts'
import type { Peer } from './site.ts'

/** The other cluster of the lab: every address of its range answers with its own name. */
export async function labPeer(): Promise<Peer> {
  await peerUp()
  const namespace = `peer-${randomBytes(3).toString('hex')}`
  const inPeer: Peer['kubectl'] = (args, input) =>
    kubectl(['--context', 'peer', '-n', namespace, ...args], input === undefined ? {} : { input })
  await inPeer(['create', 'namespace', namespace])
  return {
    flags: ['--from-context', 'peer', '--from-namespace', namespace],
    name: 'context "peer"',
    kubectl: inPeer,
    balance: async (name, n, pending = false) => {
      const address = `10.89.2.${n}`
      const setAddress = (present: boolean): Promise<void> =>
        writeAddress(inPeer, name, present ? address : undefined)
      await makeService(inPeer, name, {})
      await setAddress(!pending)
      const ipv6 = `fd89:2::${n}`
      const names = [address, ipv6].map((one) => one.replaceAll(/[.:]/g, '-'))
      return { address, ipv6, backend: new RegExp(`^backend-(${names.join('|')})$`), setAddress }
    },
    stopApiServer: stopPeer,
    startApiServer: startPeer,
  }
}

/** A Service of type LoadBalancer, port 80. */
export async function makeService(run: Peer['kubectl'], name: string, selector: object): Promise<void> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'LoadBalancer',
      ipFamilyPolicy: 'PreferDualStack',
      selector,
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    },
  }
  await run(['apply', '-f', '-'], JSON.stringify(service))
}

/** As the controller of a cloud writes it. */
export async function writeAddress(
  run: Peer['kubectl'],
  name: string,
  address: string | undefined,
): Promise<void> {
  const ingress = address === undefined ? null : [{ ip: address }]
  const status = JSON.stringify({ status: { loadBalancer: { ingress } } })
  await run(['patch', 'service', name, '--subresource=status', '--type=merge', '-p', status])
}
