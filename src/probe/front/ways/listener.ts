import { parentRefsOf } from '../../../mechanisms/gateway-api/routes/parents.ts'
import { at, list, record, strings, text } from '../../../mechanisms/kit/objects/loose.ts'
import { isOfType, type LooseObject, type NamespacedName } from '../../../model/cluster/object.ts'
import { isRecord } from '../../../model/common/values.ts'
import type { Parents } from './parents.ts'
import { matchesHost } from './places.ts'

/** How a host is served. */
export interface Listener {
  /** As objects write it: `*.example.com`; absent for any. */
  host?: string | undefined
  scheme: 'http' | 'https'
  /** Absent where objects do not say it. */
  port?: number | undefined
  /** Where its certificate is kept. */
  secret?: NamespacedName | undefined
}

/**
 * What listens for an object, as far as it and the Gateways that it names tell; nothing where they do not. Pure.
 *
 * @param parents the Gateways that it names, or which it is
 * @param place the namespace of the pods of Istio's gateway: certificates are beside them
 */
export function listenersOf(
  object: LooseObject,
  { holders, istio }: Pick<Parents, 'holders' | 'istio'>,
  place?: string,
): Listener[] {
  return [
    ...ofTlsList(object),
    ...ofTlsObject(object),
    ...holders.flatMap((one) => ofGateway(one, object)),
    ...istio.flatMap((one) => ofIstio(one, place)),
  ]
}

/** The one for a host: TLS before what is not, as browsers are led there. */
export function listenerFor(
  listeners: readonly Listener[],
  host: string,
  scheme: Listener['scheme'] | undefined,
): Listener | undefined {
  const own = listeners.filter(
    (one) => (scheme === undefined || one.scheme === scheme) && matchesHost(one.host, host),
  )
  return own.find((one) => one.scheme === 'https') ?? own[0]
}

/** `spec.tls` of an Ingress. Without hosts it is for all of its own. */
function ofTlsList({ spec, metadata }: LooseObject): Listener[] {
  return list(at(spec, 'tls')).flatMap((entry) => {
    const { hosts, secretName } = record(entry)
    const about = { scheme: 'https', ...inSecret(text(secretName), metadata.namespace) } as const
    const named = strings(hosts)
    return named.length === 0 ? [about] : named.map((host) => ({ ...about, host }))
  })
}

/** `spec.tls` of Traefik's IngressRoute and NGINX's VirtualServer, `spec.virtualhost.tls` of Contour's HTTPProxy. */
function ofTlsObject({ spec, metadata }: LooseObject): Listener[] {
  return [at(spec, 'tls'), at(spec, 'virtualhost.tls')].flatMap((tls): Listener[] => {
    if (!isRecord(tls)) return []
    const { secretName, secret, passthrough } = tls
    if (passthrough === true) return [{ scheme: 'https' }]
    return [{ scheme: 'https', ...inSecret(text(secretName) ?? text(secret), metadata.namespace) }]
  })
}

/** The listeners to which a route attaches, or all of a Gateway that was named itself. */
function ofGateway(holder: LooseObject, route: LooseObject): Listener[] {
  const { spec, metadata } = holder
  const refs = parentRefsOf(route).filter(
    (ref) =>
      ref !== undefined &&
      isOfType(holder, ref.type) &&
      ref.at.name === metadata.name &&
      ref.at.namespace === (metadata.namespace ?? ''),
  )
  return list(at(spec, 'listeners')).flatMap((one): Listener[] => {
    const { name, hostname, port, protocol, tls } = record(one)
    const isTaken = refs.some(
      (ref) =>
        (ref?.section === undefined || ref.section === name) &&
        (ref?.port === undefined || ref.port === port),
    )
    if (refs.length > 0 && !isTaken) return []
    if (protocol !== 'HTTP' && protocol !== 'HTTPS') return []
    const [certificate] = list(at(tls, 'certificateRefs')).map(record)
    const place = text(certificate?.['namespace']) ?? metadata.namespace
    return [
      {
        host: text(hostname),
        scheme: protocol === 'HTTPS' ? 'https' : 'http',
        ...portOf(port),
        ...inSecret(text(certificate?.['name']), place),
      },
    ]
  })
}

function ofIstio({ spec, metadata }: LooseObject, place = metadata.namespace): Listener[] {
  return list(at(spec, 'servers')).flatMap((server) => {
    const { number, protocol } = record(at(server, 'port'))
    const words = text(protocol)?.toUpperCase() ?? ''
    const scheme =
      words === 'HTTPS' ? 'https' : ['HTTP', 'HTTP2', 'GRPC'].includes(words) ? 'http' : undefined
    if (scheme === undefined) return []
    const credential = text(at(server, 'tls.credentialName'))
    return strings(at(server, 'hosts')).map((host) => ({
      host: host.replace(/^.*\//, ''),
      scheme,
      ...portOf(number),
      ...inSecret(credential, place),
    }))
  })
}

const portOf = (port: unknown): { port?: number } => (typeof port === 'number' ? { port } : {})

/** `NAME`, or `NAMESPACE/NAME` where that is delegated. */
function inSecret(name: string | undefined, namespace: string | undefined): { secret?: NamespacedName } {
  if (name === undefined) return {}
  const [own = '', other] = name.split('/').toReversed()
  return { secret: { namespace: other ?? namespace ?? 'default', name: own } }
}
