import { serviceLabel } from '../../model/cluster/external.ts'
import dgram from 'node:dgram'
import { familyOf } from '../../model/common/ip.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import { types } from '../objects/resource-types.ts'
import type { Store } from '../objects/store.ts'
import { type AddressPlan, openPort } from './address-plan.ts'
import { readQuestion, recordTypes, writeAnswer } from './dns-message.ts'

export const clusterDomain = 'cluster.local'

/** Answers with the addresses of Services; nothing else has a name. Returns what ends it. */
export function serveDns(store: Store, plan: AddressPlan, lowestPort: number): () => void {
  const socket = dgram.createSocket('udp4')
  socket.on('error', () => {})
  socket.on('message', (query, { address, port }) => {
    const question = readQuestion(query)
    if (question === undefined) return
    const addresses = addressesOf(question.name, store)
    const wanted = addresses?.filter((one) => recordTypes[familyOf(one)] === question.type)
    socket.send(writeAnswer(query, question, wanted), port, address)
  })
  socket.bind({ address: plan.physical(plan.dns), port: openPort(53, lowestPort), exclusive: true })
  return () => socket.close()
}

/**
 * The addresses of `SERVICE.NAMESPACE.svc.cluster.local`: its own, or without one those of its ready endpoints, in any
 * order. Undefined for every other name, and where no endpoint is ready
 * (https://github.com/kubernetes/dns/blob/master/docs/specification.md).
 */
export function addressesOf(name: string, store: Store): string[] | undefined {
  const [service = '', namespace = '', ...rest] = name.split('.')
  if (rest.join('.') !== `svc.${clusterDomain}`) return undefined
  const found = store.find(types.services, namespace, service) as unknown as Service | undefined
  if (found === undefined || found.spec.type === 'ExternalName') return undefined
  if (found.spec.clusterIP !== 'None') return found.spec.clusterIPs
  const endpoints = store
    .list(types.endpointslices, namespace)
    .filter(({ metadata }) => metadata.labels?.[serviceLabel] === service)
    .flatMap((slice) => (slice as unknown as EndpointSlice).endpoints ?? [])
  const ready = endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses)
  return ready.length === 0 ? undefined : shuffled([...new Set(ready)])
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
