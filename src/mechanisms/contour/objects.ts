import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { targetKind } from '../kit/kinds.ts'
import { at, text } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'

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
