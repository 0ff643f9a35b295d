import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import { at, text } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'

export const httpProxies: ObjectType<LooseObject> = {
  ...customType('projectcontour.io', 'httpproxies', 'HTTPProxy'),
  within: 'everywhere',
}

/** `httpproxy/x`, or `proxy/x` as kubectl has it. */
export const httpProxyKind: TargetKind = {
  name: 'httpproxy',
  label: 'HTTPProxy',
  words: ['httpproxies', 'proxy', 'proxies', 'httpproxy.projectcontour.io', 'httpproxies.projectcontour.io'],
  type: httpProxies,
  refuseName: refuseSubdomain,
  describe: (object) => [
    text(at((object as LooseObject).spec, 'virtualhost.fqdn')) ?? 'without a host of its own',
  ],
}
