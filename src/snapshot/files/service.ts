import { isMap, isScalar, type Node } from 'yaml'
import type { Finding, ObjectRef } from '../../model/finding.ts'
import type { FileObject } from './document.ts'
import { fileFinding } from './finding.ts'

/** Rules of a Service between fields (k8s.io/kubernetes pkg/apis/core/validation, validateService, validateServicePort). */
export function checkService(object: FileObject, ref: ObjectRef): Finding[] {
  const findings: Finding[] = []
  const refused = 'The API server refuses the Service.'
  const say = (
    code: 'AFF-SVC-BAD-VALUE' | 'AFF-FILE-MISSING-FIELD',
    node: unknown,
    message: string,
    mend: string,
  ) => {
    findings.push(fileFinding(code, object.at(node as Node | null), message, refused, [mend], [ref]))
  }
  const spec = object.node.get('spec', true)
  if (!isMap(spec)) return findings
  const type = textAt(spec, 'type') ?? 'ClusterIP'
  const ports = mapsIn(spec.get('ports', true))
  const isHeadless = textAt(spec, 'clusterIP') === 'None'
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName' && spec.get('ports') === undefined) {
    say('AFF-FILE-MISSING-FIELD', spec, 'spec.ports is missing', 'add ports:')
  }
  if (type === 'ExternalName' && textAt(spec, 'externalName') === undefined) {
    say('AFF-FILE-MISSING-FIELD', spec, 'type ExternalName needs externalName', 'add externalName:')
  }
  if (isHeadless && (type === 'NodePort' || type === 'LoadBalancer')) {
    say(
      'AFF-SVC-BAD-VALUE',
      spec.get('clusterIP', true),
      `clusterIP None: not with type ${type}`,
      'remove clusterIP',
    )
  }
  const names = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const name = textAt(port, 'name')
    if (name === undefined && ports.length > 1) {
      say(
        'AFF-FILE-MISSING-FIELD',
        port,
        `spec.ports[${index}].name is missing: with several ports each needs one`,
        'add name:',
      )
    } else if (name !== undefined && names.has(name)) {
      say(
        'AFF-SVC-BAD-VALUE',
        port.get('name', true),
        `name "${name}": two ports cannot have the same name`,
        'rename one',
      )
    }
    if (name !== undefined) names.add(name)
    const nodePort = port.get('nodePort')
    if (typeof nodePort === 'number' && nodePort !== 0 && type === 'ClusterIP') {
      say(
        'AFF-SVC-BAD-VALUE',
        port.get('nodePort', true),
        `nodePort ${nodePort}: not with type ClusterIP`,
        'set type: NodePort, or remove nodePort',
      )
    }
  }
  const policy = spec.get('externalTrafficPolicy', true)
  const hasExternalIPs = mapsOrItems(spec.get('externalIPs')) > 0
  if (policy !== undefined && type === 'ClusterIP' && !hasExternalIPs) {
    say(
      'AFF-SVC-BAD-VALUE',
      policy,
      'externalTrafficPolicy: not with type ClusterIP',
      'set type: NodePort or LoadBalancer, or remove it',
    )
  }
  return findings
}

function textAt(map: { get: (key: string, keep: true) => unknown }, key: string): string | undefined {
  const node = map.get(key, true)
  return isScalar(node) && typeof node.value === 'string' && node.value !== '' ? node.value : undefined
}

function mapsIn(node: unknown) {
  const items: unknown = typeof node === 'object' && node !== null && 'items' in node ? node.items : []
  return Array.isArray(items) ? items.filter((item) => isMap(item)) : []
}

function mapsOrItems(node: unknown): number {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
    ? node.items.length
    : 0
}
