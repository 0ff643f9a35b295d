import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gatewayDir } from '../../paths.ts'
import { builtPrograms, moduleFile, type Group } from '../../programs.ts'
import { objectsOf } from '../support/objects.ts'

const module = 'sigs.k8s.io/gateway-api'
// Session persistence is only in this channel.
const folder = 'config/crd/experimental'
const files: Group = {
  module: gatewayDir('gateway-api'),
  packages: [],
  files: { [module]: [folder] },
  minutes: 1,
}

/** The kinds of the Gateway API, and the policy that guards them. Several gateways share them. */
export async function gatewayApi(): Promise<object[]> {
  const path = moduleFile(await builtPrograms('gateway-api', files), module, folder)
  return readdirSync(path)
    .filter((file) => file !== 'kustomization.yaml')
    .flatMap((file) => objectsOf(join(path, file)))
}
