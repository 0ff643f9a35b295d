import type { LooseObject } from '../../../model/cluster/object.ts'
import { defined, distinctBy, sortedKeys } from '../../../model/common/values.ts'
import { allOf, eachMatched, matched } from '../../kit/legs/conditions.ts'
import { at, list, record, strings, text } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import type { ServerKind } from './gateway.ts'
import { wholeHost } from './hosts.ts'
import type { RuledHost } from '../rules/policy.ts'

/** A destination of a route with its part of the requests. */
export interface RouteTarget extends RuledHost {
  field: string
  /** Absent where there is one destination alone. */
  share?: number
}

/** A path, and what else a match asks for. */
export interface RoutePath {
  path: string
  when?: string
}

/** One route of a VirtualService. */
export interface Route {
  kind: ServerKind
  field: string
  /** Those of the object, of which a route for TLS may take some. */
  hosts: readonly string[]
  /** As they follow a host; one that matches everything, or by something else than a path, is empty. */
  paths: readonly RoutePath[]
  targets: readonly RouteTarget[]
  /** Another VirtualService that goes on. */
  delegate?: { namespace: string; name: string }
  /** The field of an earlier route that leaves it nothing. */
  hiddenBy?: string
}

const kinds = ['http', 'tls', 'tcp'] as const

/** The routes of a VirtualService. Those that answer by themselves, as redirects, have no targets. */
export const routesOf: (object: LooseObject) => readonly Route[] = onceFor((object) =>
  kinds.flatMap((kind) => {
    const all = list(at(object.spec, kind))
    const hiders = hidersOf(all)
    return all.map((route, index): Route => {
      const hider = hiders[index]
      const field = `spec.${kind}[${index}]`
      const name = text(at(route, 'delegate.name'))
      const namespace = text(at(route, 'delegate.namespace')) ?? object.metadata.namespace ?? ''
      return {
        kind,
        field,
        hosts: kind === 'tls' ? namesIn(route) : hostsOf(object),
        paths: pathsOf(route),
        targets: targetsOf(route, field, object),
        ...(name === undefined ? {} : { delegate: { namespace, name } }),
        ...(hider === undefined ? {} : { hiddenBy: `spec.${kind}[${hider}]` }),
      }
    })
  }),
)

/** The names by which clients open TLS to a route. */
function namesIn(route: unknown): string[] {
  return [...new Set(list(record(route)['match']).flatMap((match) => strings(record(match)['sniHosts'])))]
}

function pathsOf(route: unknown): RoutePath[] {
  const paths = list(record(route)['match']).map((match): RoutePath => {
    const uri = record(match)['uri']
    const path = text(at(uri, 'prefix')) ?? text(at(uri, 'exact')) ?? text(at(uri, 'regex')) ?? ''
    const isAny = path === '/' && text(at(uri, 'exact')) === undefined
    return defined({ path: isAny ? '' : path, when: conditionsOf(record(match)) })
  })
  return paths.length === 0 ? [{ path: '' }] : distinctBy(paths, (one) => JSON.stringify(one))
}

function conditionsOf(match: Readonly<Record<string, unknown>>): string | undefined {
  const { port, sourceNamespace, sourceLabels, headers, withoutHeaders, queryParams } = match
  const own = ['method', 'scheme', 'authority'].flatMap((key) =>
    match[key] === undefined ? [] : [matched(key, match[key])],
  )
  return allOf([
    ...own,
    ...(typeof port === 'number' ? [`port is ${port}`] : []),
    ...eachMatched('header', headers),
    ...eachMatched('header', withoutHeaders).map((one) => `not ${one}`),
    ...eachMatched('parameter', queryParams),
    ...eachMatched('label of the caller', sourceLabels),
    ...(text(sourceNamespace) === undefined ? [] : [`the caller is of ${text(sourceNamespace)}`]),
  ])
}

/** Of several destinations those without a weight get nothing. */
function targetsOf(route: unknown, field: string, object: LooseObject): RouteTarget[] {
  const all = list(record(route)['route']).map((target, index) => {
    const host = text(at(target, 'destination.host')) ?? ''
    const port = at(target, 'destination.port.number')
    const subset = text(at(target, 'destination.subset'))
    const weight = record(target)['weight']
    return {
      host: wholeHost(host, object.metadata.namespace ?? ''),
      field: `${field}.route[${index}]`,
      ...(subset === undefined ? {} : { subset }),
      ...(typeof port === 'number' ? { port } : {}),
      weight: typeof weight === 'number' && weight > 0 ? weight : 0,
    }
  })
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  return all
    .filter(({ weight }) => all.length === 1 || weight > 0)
    .map(({ weight, ...target }) => (all.length === 1 ? target : { ...target, share: weight / total }))
}

/** Whether proxies of a namespace see it; they may where it is not known in which they run. */
export function isExportedTo({ spec, metadata }: LooseObject, namespace: string | undefined): boolean {
  const names = strings(at(spec, 'exportTo'))
  if (names.length === 0 || namespace === undefined || names.includes('*')) return true
  return names.includes(namespace) || (names.includes('.') && namespace === metadata.namespace)
}

/** Gateways that it names; `mesh` is none. */
export function gatewayNames({ spec }: LooseObject): string[] {
  return strings(at(spec, 'gateways')).filter((name) => name !== 'mesh')
}

/** Whether the proxies of callers go by it: that is so where nobody is named, too. */
export function isOfMesh({ spec }: LooseObject): boolean {
  const gateways = strings(at(spec, 'gateways'))
  return gateways.length === 0 || gateways.includes('mesh')
}

/** Hosts that it is about; none for one that others delegate to. */
export function hostsOf({ spec }: LooseObject): string[] {
  return strings(at(spec, 'hosts'))
}

/**
 * Of each route of a list the number of an earlier one that leaves it nothing: one that takes everything, or that has the
 * same matches (istio/istio pilot/pkg/networking/core/route/route.go stops at the first that takes everything). A route
 * that delegates may take less than it says.
 */
function hidersOf(routes: readonly unknown[]): (number | undefined)[] {
  const all = routes.map((route) => ({
    matches: list(record(route)['match']).map(keyOfMatch),
    isWhole: at(route, 'delegate') === undefined,
    takesAll: takesAll(route),
  }))
  return all.map(({ matches }, index) => {
    const before = all.slice(0, index).map((one, number) => ({ ...one, number }))
    const takers = before.filter(({ isWhole }) => isWhole)
    const catcher = takers.find((one) => one.takesAll)
    if (catcher !== undefined) return catcher.number
    const same = matches.map((match) => takers.find((one) => one.matches.includes(match)))
    return same.length > 0 && same.every((one) => one !== undefined) ? same[0]?.number : undefined
  })
}

function takesAll(route: unknown): boolean {
  const matches = list(record(route)['match'])
  return (
    matches.length === 0 ||
    matches.some((match) => ['{}', '{"uri":{"prefix":"/"}}'].includes(keyOfMatch(match)))
  )
}

/** What a match asks for, whatever it is called and in whichever order it stands. */
function keyOfMatch(match: unknown): string {
  const { name: _name, ...asked } = record(match)
  return JSON.stringify(sortedKeys(asked))
}
