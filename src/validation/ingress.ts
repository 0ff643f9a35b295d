import { parseIp } from '../model/common/network/ip.ts'
import { checkMetadata, checkReference } from './metadata.ts'
import { keyed, type Refusals } from './refusal.ts'
import { listAt, textAt, type Tree, treeAt, treesAt } from './value.ts'
import {
  dnsLabel,
  dnsSubdomain,
  domainPrefixedPath,
  pathSegment,
  portName,
  type WordRule,
  wildcardSubdomain,
} from './words.ts'

const classAnnotation = 'kubernetes.io/ingress.class'

/** ValidateIngressCreate (k8s.io/kubernetes v1.36, pkg/apis/networking/validation/validation.go). */
export function checkIngress(ingress: Tree, out: Refusals): void {
  checkMetadata(ingress, dnsSubdomain, out)
  const spec = treeAt(ingress, 'spec') ?? {}
  const backend = treeAt(spec, 'defaultBackend')
  const rules = treesAt(spec, 'rules')
  if (backend === undefined && rules.length === 0)
    out.missing('spec', 'rules', 'spec: rules or defaultBackend is needed')
  if (backend !== undefined) checkBackend('spec.defaultBackend', backend, out)
  for (const [index, rule] of rules.entries()) checkRule(`spec.rules[${index}]`, rule, out)
  for (const [index, tls] of treesAt(spec, 'tls').entries()) {
    for (const [number, host] of listAt(tls, 'hosts').entries())
      out.text(`spec.tls[${index}].hosts[${number}]`, host, hostName)
    out.text(`spec.tls[${index}].secretName`, textAt(tls, 'secretName'), dnsSubdomain)
  }
  const className = spec['ingressClassName']
  out.text('spec.ingressClassName', className, dnsSubdomain)
  const annotated = treeAt(treeAt(ingress, 'metadata') ?? {}, 'annotations')?.[classAnnotation]
  if (typeof annotated === 'string' && typeof className === 'string' && annotated !== className)
    out.value(
      keyed('metadata.annotations', classAnnotation),
      `${classAnnotation} "${annotated}": not with ingressClassName "${className}"`,
      'remove the annotation',
    )
}

const hostName: WordRule = (text) => (text.includes('*') ? wildcardSubdomain(text) : dnsSubdomain(text))

function checkRule(path: string, rule: Tree, out: Refusals): void {
  const host = textAt(rule, 'host')
  if (host !== undefined && (parseIp(host) !== undefined || /^\d+(\.\d+){3}$/.test(host)))
    out.value(`${path}.host`, `host "${host}": must be a DNS name, not an address`, 'remove host')
  else out.text(`${path}.host`, host, hostName)
  const http = treeAt(rule, 'http')
  if (http === undefined) return
  if (Array.isArray(http['paths']) && http['paths'].length === 0)
    out.missing(`${path}.http`, 'paths', `${path}.http.paths: at least one path is needed`)
  for (const [index, entry] of treesAt(http, 'paths').entries()) {
    const place = `${path}.http.paths[${index}]`
    checkPath(`${place}.path`, entry, out)
    checkBackend(`${place}.backend`, treeAt(entry, 'backend') ?? {}, out)
  }
}

function checkPath(place: string, { path, pathType }: Tree, out: Refusals): void {
  const text = typeof path === 'string' ? path : ''
  const isExact = pathType === 'Exact' || pathType === 'Prefix'
  if (!isExact && text === '') return
  if (!text.startsWith('/'))
    return out.value(place, `path "${text}": must begin with "/"`, 'write a path that begins with "/"')
  if (!isExact) return
  const bad = ['//', '/./', '/../', '%2f', '%2F'].find((part) => text.includes(part))
  const end = ['/..', '/.'].find((part) => text.endsWith(part))
  if (bad !== undefined) out.value(place, `path "${text}": may not hold "${bad}"`, 'write it without that')
  if (end !== undefined)
    out.value(place, `path "${text}": may not end with "${end}"`, 'write it without that')
}

function checkBackend(path: string, backend: Tree, out: Refusals): void {
  const [service, resource] = [treeAt(backend, 'service'), treeAt(backend, 'resource')]
  if (service !== undefined && resource !== undefined)
    return out.value(path, 'backend: service or resource, not both', 'remove one of them')
  if (resource !== undefined)
    return checkReference(`${path}.resource`, resource, { group: dnsSubdomain, name: pathSegment }, out)
  if (service === undefined) return out.missing(path, 'service', `${path}: service or resource is needed`)
  if (textAt(service, 'name') === undefined) out.missing(`${path}.service`, 'name')
  else out.text(`${path}.service.name`, service['name'], dnsLabel)
  const port = treeAt(service, 'port') ?? {}
  const [name, number] = [textAt(port, 'name'), port['number']]
  const hasNumber = typeof number === 'number' && number !== 0
  if (name === undefined && !hasNumber)
    return out.missing(`${path}.service`, 'port', `${path}.service.port: a name or a number is needed`)
  if (name !== undefined && hasNumber)
    out.value(`${path}.service.port`, 'port: name or number, not both', 'remove one of them')
  out.text(`${path}.service.port.name`, name, portName)
}

/** ValidateIngressClass (the same file). */
export function checkIngressClass(ingressClass: Tree, out: Refusals): void {
  checkMetadata(ingressClass, dnsSubdomain, out)
  const spec = treeAt(ingressClass, 'spec') ?? {}
  const controller = textAt(spec, 'controller')
  if (controller === undefined) out.missing('spec', 'controller', 'spec.controller is missing')
  else
    out.text('spec.controller', controller, (text) =>
      text.length > 250 ? 'has more than 250 characters' : domainPrefixedPath(text),
    )
  const parameters = treeAt(spec, 'parameters')
  if (parameters === undefined) return
  const path = 'spec.parameters'
  checkReference(path, parameters, { group: dnsSubdomain, name: pathSegment }, out)
  const [scope, namespace] = [parameters['scope'] ?? 'Cluster', parameters['namespace']]
  if (scope === 'Namespace' && typeof namespace !== 'string')
    out.missing(path, 'namespace', 'spec.parameters.namespace is missing: scope is Namespace')
  else if (scope === 'Namespace') out.text(`${path}.namespace`, namespace, dnsLabel)
  if (scope === 'Cluster' && typeof namespace === 'string')
    out.value(`${path}.namespace`, 'namespace: not with scope Cluster', 'remove namespace')
}
