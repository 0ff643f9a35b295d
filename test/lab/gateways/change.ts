import { keyOf } from '../machine/cache.ts'
import { imageFile } from '../images/archive.ts'
import { importImages } from '../images/import.ts'
import { kubectl } from '../kubernetes/kubectl.ts'
import { step } from '../machine/progress.ts'
import { presentState, writeState } from '../kubernetes/state.ts'
import { gatewayApi } from './gateway-api/index.ts'
import { gatewayOf, isGatewayName, readsGatewayApi, type GatewayName } from './list.ts'
import type { Settings } from './support/gateway.ts'
import { install, isDefinition, remove } from './support/objects.ts'

/** A gateway that is wanted, with all that it needs in the cache. */
export interface WantedGateway {
  name: GatewayName
  settings: Settings
  archives: readonly string[]
  /** Changes when anything that it is made from does. */
  key: string
}

/** Builds what these gateways need, one after the other; quick when the cache has it. */
export async function prepareGateways(
  names: readonly GatewayName[],
  settings: Settings,
): Promise<WantedGateway[]> {
  const wanted = []
  for (const name of names) {
    const gateway = gatewayOf(name)
    const archives = []
    for (const image of gateway.images()) archives.push(await imageFile(image))
    const steps = await gateway.steps(settings)
    const shared = gateway.readsGatewayApi ? await gatewayApi() : []
    const key = keyOf(archives, steps, gateway.installer?.input(settings), shared)
    wanted.push({ name, settings, archives, key })
  }
  return wanted
}

/** The names of the gateways that are there, whole or not. */
export const presentGateways = (): GatewayName[] =>
  Object.keys(presentState().gateways).filter((name) => isGatewayName(name))

/** Gives the lab, which is up, these gateways and no others. Those that are there already are kept. */
export async function changeGateways(wanted: readonly WantedGateway[]): Promise<void> {
  const keys = new Map(wanted.map(({ name, key }) => [name, key]))
  for (const name of presentGateways())
    if (presentState().gateways[name] !== keys.get(name)) await step(`removed ${name}`, () => takeAway(name))
  if (!readsGatewayApi(wanted.map(({ name }) => name))) await remove(await definitionsThatAreThere())
  else if (!readsGatewayApi(presentGateways())) await install(await gatewayApi())
  for (const gateway of wanted)
    if (presentState().gateways[gateway.name] === undefined)
      await step(`added ${gateway.name}`, () => add(gateway))
}

const record = (name: GatewayName, key: string | undefined): void => {
  const { [name]: _, ...others } = presentState().gateways
  writeState({ ...presentState(), gateways: key === undefined ? others : { ...others, [name]: key } })
}

async function add({ name, settings, archives, key }: WantedGateway): Promise<void> {
  const gateway = gatewayOf(name)
  record(name, '')
  const [first = [], ...others] = await gateway.steps(settings)
  // The first step needs no other image than the first.
  const [image = '', ...otherImages] = archives
  await step(`${name}: image and kinds`, () =>
    Promise.all([importImages([image]), install(first.filter(isDefinition))]),
  )
  const begin = async (): Promise<void> => {
    await install(first.filter((object) => !isDefinition(object)))
    await gateway.afterFirstStep?.()
  }
  await step(`${name}: objects`, async () => {
    await Promise.all([importImages(otherImages), begin()])
    for (const objects of others) await install(objects)
    const { installer } = gateway
    await installer?.install(installer.input(settings))
  })
  await step(`${name}: ready`, () => ready(name))
  record(name, key)
}

async function ready(name: GatewayName): Promise<void> {
  const { namespace, deployments, ready: more } = gatewayOf(name)
  for (const deployment of deployments)
    await kubectl(['rollout', 'status', `deployment/${deployment}`, '-n', namespace, '--timeout=120s'])
  await more?.()
}

async function takeAway(name: GatewayName): Promise<void> {
  const gateway = gatewayOf(name)
  record(name, '')
  await gateway.beforeRemoval?.()
  await gateway.installer?.uninstall()
  const steps = await gateway.steps({ replicas: 1 })
  await remove(steps.flat())
  record(name, undefined)
}

async function definitionsThatAreThere(): Promise<object[]> {
  const there = await kubectl(['get', 'crd', '-o', 'name'])
  return there.includes('gateway.networking.k8s.io') ? await gatewayApi() : []
}
