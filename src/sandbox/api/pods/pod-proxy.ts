import http, { type ServerResponse } from 'node:http'
import { Refused } from '../../failure.ts'
import { type AddressPlan, openPort } from '../../network/address-plan.ts'
import { at, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { Call } from '../call.ts'

/** `pods/NAME:PORT/proxy/PATH`: asks a pod in the name of the client. */
export async function proxyToPod(
  { store, plan, lowestPort }: { store: ObjectStore; plan: AddressPlan; lowestPort: number },
  { namespace, name = '', rest, query }: Call,
  response: ServerResponse,
): Promise<void> {
  const [podName = '', asked] = name.split(':')
  const pod = store.get(types.pods, namespace, podName)
  // Without a port the first that a container has (k8s.io/kubernetes pkg/registry/core/pod, ResourceLocation).
  const { containers = [] } =
    (pod as { spec?: { containers?: { ports?: { containerPort: number }[] }[] } }).spec ?? {}
  const port = asked ?? containers.find(({ ports = [] }) => ports.length > 0)?.ports?.[0]?.containerPort ?? 80
  const search = query.size > 0 ? `?${query.toString()}` : ''
  const target = {
    host: plan.physical(String(at(pod, 'status', 'podIP'))),
    port: openPort(Number(port), lowestPort),
    path: `/${rest}${search}`,
  }
  await new Promise<void>((resolve, reject) => {
    http
      .get(target, (answer) => {
        const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers
        response.writeHead(answer.statusCode ?? 502, headers)
        answer.pipe(response)
        answer.on('end', resolve)
      })
      .on('error', (error) =>
        reject(new Refused(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`)),
      )
  })
}
