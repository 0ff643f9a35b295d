import type { LooseObject } from '../../model/cluster/object.ts'
import { at, list, strings, text } from '../kit/objects/loose.ts'

/** The hosts of an Ingress for which it ends no TLS, and where they stand; `*` for any. */
export function hostsWithoutTls({ spec }: LooseObject): { host: string; field: string }[] {
  const tls = list(at(spec, 'tls')).map((entry) => strings(at(entry, 'hosts')))
  const isCovered = (host: string): boolean =>
    tls.some((hosts) => hosts.length === 0 || hosts.some((one) => one === host || one === anyBelow(host)))
  const named = list(at(spec, 'rules')).map((rule, index) => ({
    host: text(at(rule, 'host')) ?? '*',
    field: `spec.rules[${index}].host`,
  }))
  const rest = at(spec, 'defaultBackend') === undefined ? [] : [{ host: '*', field: 'spec.defaultBackend' }]
  return [...named, ...rest].filter(({ host }) => !isCovered(host))
}

const anyBelow = (host: string): string => `*${host.slice(host.indexOf('.'))}`
