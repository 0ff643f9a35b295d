import { familyOf, parseIp } from '../model/common/network/ip.ts'
import { checkMetadata } from './metadata.ts'
import type { Refusals } from './refusal.ts'
import { listAt, textAt, type Tree, treeAt, treesAt } from './value.ts'
import {
  dnsLabel,
  dnsSubdomain,
  endpointAddress,
  fullyQualified,
  labelValue,
  qualifiedName,
  type WordRule,
} from './words.ts'

/** ValidateEndpointSlice (k8s.io/kubernetes v1.36, pkg/apis/discovery/validation/validation.go). */
export function checkEndpointSlice(slice: Tree, out: Refusals): void {
  checkMetadata(slice, dnsSubdomain, out)
  const type = textAt(slice, 'addressType')
  if (Array.isArray(slice['endpoints']) || slice['endpoints'] === undefined)
    for (const [index, endpoint] of treesAt(slice, 'endpoints').entries())
      checkEndpoint(`endpoints[${index}]`, endpoint, type, out)
  const names = new Set<string>()
  for (const [index, port] of treesAt(slice, 'ports').entries()) {
    const path = `ports[${index}]`
    const name = textAt(port, 'name') ?? ''
    if (name !== '') out.text(`${path}.name`, name, dnsLabel)
    if (names.has(name))
      out.value(`${path}.name`, `name "${name}": two ports cannot have the same name`, 'rename one')
    names.add(name)
    // "" is no protocol of a slice: only one that is left out is TCP.
    if (port['protocol'] === '')
      out.value(`${path}.protocol`, 'protocol "": must be "TCP", "UDP" or "SCTP"', 'write one of them')
    out.text(`${path}.appProtocol`, port['appProtocol'], qualifiedName)
  }
}

const addressRules: Readonly<Record<string, WordRule>> = {
  IPv4: (text) => ofFamily(text, 'IPv4'),
  IPv6: (text) => ofFamily(text, 'IPv6'),
  FQDN: fullyQualified,
}

function ofFamily(text: string, family: 'IPv4' | 'IPv6'): string | undefined {
  const ip = parseIp(text)
  if (ip !== undefined && familyOf(text) !== family) return `must be an ${family} address`
  // Of newer kinds the spelling counts; others get a warning.
  return endpointAddress(text) ?? (ip?.text === text ? undefined : `must be written "${ip?.text}"`)
}

function checkEndpoint(path: string, endpoint: Tree, type: string | undefined, out: Refusals): void {
  const addresses = listAt(endpoint, 'addresses')
  if (Array.isArray(endpoint['addresses']) && addresses.length === 0)
    out.missing(path, 'addresses', `${path}.addresses: at least one address is needed`)
  if (addresses.length > 100)
    out.value(`${path}.addresses`, 'addresses: more than 100', 'split them over several endpoints')
  const rule = addressRules[type ?? '']
  for (const [index, address] of addresses.entries())
    if (rule !== undefined) out.text(`${path}.addresses[${index}]`, address, rule)
  out.text(`${path}.nodeName`, endpoint['nodeName'], dnsSubdomain)
  out.text(`${path}.hostname`, endpoint['hostname'], dnsLabel)
  const hints = treeAt(endpoint, 'hints') ?? {}
  for (const [field, nameRule] of [
    ['forZones', labelValue],
    ['forNodes', dnsSubdomain],
  ] as const) {
    const names = new Set<unknown>()
    for (const [index, hint] of treesAt(hints, field).entries()) {
      const place = `${path}.hints.${field}[${index}].name`
      out.text(place, hint['name'] ?? '', nameRule)
      if (names.has(hint['name'] ?? ''))
        out.value(place, `${field}: "${String(hint['name'])}" stands twice`, 'remove one of them')
      names.add(hint['name'] ?? '')
    }
    if (names.size > 8) out.value(`${path}.hints.${field}`, `${field}: more than 8`, 'remove some')
  }
}

/** ValidateEndpoints (k8s.io/kubernetes v1.36, pkg/apis/core/validation/validation.go). */
export function checkEndpoints(endpoints: Tree, out: Refusals): void {
  checkMetadata(endpoints, dnsSubdomain, out)
  for (const [index, subset] of treesAt(endpoints, 'subsets').entries()) {
    const path = `subsets[${index}]`
    const lists = ['addresses', 'notReadyAddresses'] as const
    if (lists.every((field) => listAt(subset, field).length === 0))
      out.missing(path, 'addresses', `${path}: addresses or notReadyAddresses is needed`)
    for (const field of lists) {
      for (const [number, address] of treesAt(subset, field).entries()) {
        const place = `${path}.${field}[${number}]`
        out.text(`${place}.ip`, address['ip'], endpointAddress)
        out.text(`${place}.hostname`, textAt(address, 'hostname'), dnsLabel)
        out.text(`${place}.nodeName`, address['nodeName'], dnsSubdomain)
      }
    }
    const ports = treesAt(subset, 'ports')
    for (const [number, port] of ports.entries()) {
      const place = `${path}.ports[${number}]`
      if (textAt(port, 'name') === undefined && ports.length > 1)
        out.missing(place, 'name', `${place}.name is missing: with several ports each needs one`)
      out.text(`${place}.name`, textAt(port, 'name'), dnsLabel)
      out.text(`${place}.appProtocol`, port['appProtocol'], qualifiedName)
    }
  }
}
