import type { AgentTarget } from '../../agent/config.ts'
import type { ServicePort } from '../../model/cluster/kubernetes.ts'
import { usageError } from '../../model/common/user-error.ts'
import { defined } from '../../model/common/values.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { ProbeOptions } from './options.ts'
import type { ProbeSubject } from './preflight.ts'

/** Redirects that are followed behind a gateway, which sends http to https, or to a path of its own. */
const mostRedirects = 5

/** How the agent asks an entry. Throws UserError where a UDP port is to be asked nothing, or in HTTP. */
export function targetOf(
  entry: SurveyEntry,
  options: ProbeOptions,
  { service, ports }: ProbeSubject,
): AgentTarget {
  const { headers = [] } = options
  const own = headers.length === 0 ? {} : { headers: [...headers] }
  if (entry.front !== undefined) {
    const { scheme, hostName, path, upgrade, isHttp2 } = entry.front
    const certificate = options.front?.places[entry.index]?.certificate
    const trusted = certificate === undefined ? {} : { trusted: certificate.trusted }
    return {
      scheme,
      host: entry.host,
      port: entry.port,
      path,
      hostHeader: hostName,
      redirects: mostRedirects,
      ...defined({ upgrade }),
      ...(isHttp2 === true ? { isHttp2 } : {}),
      ...own,
      tls: { serverName: hostName.replace(/:\d+$/, ''), ...trusted, ...options.tls },
    }
  }
  const name = `${service.name}.${service.namespace}.svc`
  return {
    ...own,
    scheme: schemeOf(options, entry, ports),
    host: entry.host,
    port: entry.port,
    path: options.path,
    // Virtual hosts see the name that clients in the cluster use.
    hostHeader: [80, 443].includes(entry.servicePort) ? name : `${name}:${entry.servicePort}`,
    tls: { serverName: name, ...options.tls },
  }
}

function schemeOf(
  { scheme, payload, service }: ProbeOptions,
  entry: SurveyEntry,
  ports: readonly ServicePort[],
): AgentTarget['scheme'] {
  if (entry.protocol === 'UDP') {
    const udp = `port ${entry.portName ?? entry.servicePort} of service/${service} is UDP`
    if (scheme !== 'auto') throw usageError(`${udp}: ${scheme} is spoken over TCP`)
    if (payload === undefined) {
      throw usageError(`${udp}: what should be sent is not known`, { remedy: 'say-datagram' })
    }
    return 'udp'
  }
  if (scheme !== 'auto') return scheme
  return payload === undefined ? schemeHint(entry, ports) : 'tcp'
}

/** What is sent first. Over TCP a text without a line end would leave most servers waiting for it. */
export function payloadOf({ payload }: ProbeOptions, { service }: ProbeSubject): { payload?: string } {
  if (payload === undefined) return {}
  return { payload: service.protocol === 'UDP' || payload.endsWith('\n') ? payload : `${payload}\n` }
}

function schemeHint({ servicePort, portName }: SurveyEntry, ports: readonly ServicePort[]): 'auto' | 'https' {
  const { appProtocol } = ports.find(({ port, name }) => port === servicePort && name === portName) ?? {}
  return appProtocol === 'https' || portName === 'https' ? 'https' : 'auto'
}
