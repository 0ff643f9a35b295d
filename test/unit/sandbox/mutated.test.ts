import { setImmediate as tick } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { isAllowed } from '../../../src/sandbox/api/access.ts'
import type { Call } from '../../../src/sandbox/api/call.ts'
import { list } from '../../../src/sandbox/api/read.ts'
import { create, patch, remove } from '../../../src/sandbox/api/writing/write.ts'
import { makeCluster } from '../../../src/sandbox/objects/cluster-objects.ts'
import { runDeployments } from '../../../src/sandbox/controllers/deployments.ts'
import { runEndpointSlices } from '../../../src/sandbox/controllers/endpoint-slices.ts'
import { runJobs } from '../../../src/sandbox/controllers/jobs.ts'
import { Kubelet } from '../../../src/sandbox/controllers/kubelet.ts'
import { collectGarbage } from '../../../src/sandbox/controllers/owners.ts'
import { runQuotas } from '../../../src/sandbox/controllers/quotas.ts'
import { faultReason } from '../../../src/sandbox/controllers/survive.ts'
import { Refused } from '../../../src/sandbox/failure.ts'
import { Faults } from '../../../src/sandbox/faults.ts'
import { addressPlan } from '../../../src/sandbox/network/address-plan.ts'
import { ServiceProxy } from '../../../src/sandbox/network/service-proxy.ts'
import { Programs } from '../../../src/sandbox/pods/programs.ts'
import { builtInTypes, type ResourceType, types } from '../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../src/sandbox/objects/store.ts'
import { mutated, seeded } from './support/mutate.ts'
import { samples } from './support/objects.ts'

const store = new ObjectStore()
const plan = addressPlan(40)
const faults = new Faults()
const lowestPort = 1024
const kubelet = new Kubelet({ store, plan, faults, lowestPort, programs: new Programs('/nowhere') })
makeCluster(store, plan, 2, 'iptables')
const proxy = new ServiceProxy({
  store,
  plan,
  nodes: 2,
  mode: 'iptables',
  lowestPort,
  ignoresAffinity: () => false,
})
const parts = [
  collectGarbage(store),
  runDeployments(store),
  runJobs(store),
  runQuotas(store),
  runEndpointSlices(store),
]
afterAll(async () => {
  for (const stop of parts) stop()
  proxy.close()
  await kubelet.close()
})

function call(type: ResourceType, method: string, name?: string, accept = ''): Call {
  return {
    method,
    type,
    namespace: type.namespaced ? 'default' : undefined,
    name,
    subresource: undefined,
    rest: '',
    query: new URLSearchParams(),
    accept,
    contentType: 'application/merge-patch+json',
    userAgent: 'test',
    user: 'admin',
    warn: () => {},
  }
}

const writer = { store, plan }

/** `taken`, or why not. Anything but an answer of the API is an error of the sandbox. */
function attempt(action: () => unknown): string {
  try {
    action()
    return 'taken'
  } catch (error) {
    if (error instanceof Refused) return error.status.reason ?? ''
    throw error
  }
}

async function empty(): Promise<void> {
  for (const type of builtInTypes) {
    if (!type.namespaced || type === types.events) continue
    for (const object of store.list(type, 'default'))
      attempt(() => remove(writer, call(type, 'DELETE', object.metadata.name), { gracePeriodSeconds: 0 }))
  }
  await tick()
}

const seed = 20
const rounds = 1000

test(
  `nothing in it dies of ${rounds * samples.length} objects with mistakes in them`,
  { timeout: 120_000 },
  async () => {
    const random = seeded(seed)
    const outcomes = new Map<string, number>()
    const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    for (let round = 0; round < rounds; round += 1) {
      for (const { type, object } of samples) {
        const wrong = mutated(object, random)
        count(attempt(() => create(writer, call(type, 'POST'), wrong)))
        attempt(() => patch(writer, call(type, 'PATCH', 'web'), mutated(object, random)))
      }
      // Controllers, kubelets and proxies look at them all.
      await tick()
      await tick()
      for (const { type } of samples)
        attempt(() => list(store, call(type, 'GET', undefined, 'application/json;as=Table')))
      isAllowed(store, { user: 'restricted-1', verb: 'get', group: '', plural: 'pods', namespace: 'default' })
      await empty()
    }
    const told = store.list(types.events).filter((event) => event['reason'] === faultReason)
    expect(told.map((event) => [event['involvedObject'], event['message']])).toEqual([])
    expect(outcomes.get('taken')).toBeGreaterThan(1000)
    expect(outcomes.get('Invalid')).toBeGreaterThan(1000)
    expect(outcomes.get('BadRequest')).toBeGreaterThan(1000)
  },
)
