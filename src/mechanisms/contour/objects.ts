import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { customType, targetKind } from '../kit/objects/types.ts'
import { at, text } from '../kit/objects/loose.ts'

export const httpProxies: ObjectType<LooseObject> = {
  ...customType('projectcontour.io', 'httpproxies', 'HTTPProxy'),
  within: 'everywhere',
}

/** `httpproxy/x`, or `proxy/x` as kubectl has it. */
export const httpProxyKind = targetKind(
  httpProxies,
  ({ spec }) => [text(at(spec, 'virtualhost.fqdn')) ?? 'without a host of its own'],
  { shortNames: ['proxy', 'proxies'] },
)
