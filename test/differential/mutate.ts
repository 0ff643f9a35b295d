import type { Base } from './bases.ts'

/** One object that differs from a good one, as the text that is sent and read: JSON, as that can hold a doubled key. */
export interface Mutant {
  kind: string
  path: string
  /** What was done to it, for people. */
  what: string
  text: string
}

type Tree = Record<string, unknown>

/** Values that stand where others should, each with a word for it. */
const strangers: readonly unknown[] = [
  '',
  'x',
  'X_y',
  'Web',
  '0',
  '80',
  'a.b',
  'a'.repeat(64),
  'https://web.example.com',
  '10.0.0.1',
  '010.0.0.1',
  '10.0.0.1/24',
  '10.0.0.0/33',
  '127.0.0.1',
  '169.254.1.1',
  '0.0.0.0',
  '::1',
  'fe80::1',
  '2001:db8::1',
  'None',
  'ClientIP',
  'clientip',
  'Local',
  'UDP',
  'tcp',
  'SCTP',
  0,
  -1,
  1.5,
  1,
  80,
  443,
  65_535,
  65_536,
  86_400,
  86_401,
  30_702,
  2_147_483_648,
  true,
  'true',
  [],
  {},
  [''],
  ['10.0.0.1'],
  ['a', 'a'],
  { a: 'b' },
]

/** Pairs of fields of which one excludes or needs the other. */
const pairs: readonly Tree[] = [
  { sessionAffinity: 'None', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } },
  { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10 } } },
  { sessionAffinity: 'ClientIP', sessionAffinityConfig: {} },
  { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: {} } },
  { type: 'ClusterIP', externalTrafficPolicy: 'Local' },
  { type: 'ClusterIP', externalIPs: ['198.51.100.8'], externalTrafficPolicy: 'Local' },
  { type: 'NodePort', clusterIP: 'None' },
  { type: 'LoadBalancer', clusterIP: 'None' },
  { type: 'ExternalName', externalName: 'a.example.com', clusterIP: '' },
  { type: 'ExternalName', externalName: 'a.example.com', clusterIP: '10.96.4.4' },
  { type: 'ExternalName', externalName: 'a.example.com', ipFamilies: ['IPv4'] },
  { type: 'ExternalName', externalName: 'a.example.com', sessionAffinity: 'ClientIP' },
  { type: 'NodePort', loadBalancerClass: 'example.com/lb' },
  { type: 'NodePort', allocateLoadBalancerNodePorts: false },
  { type: 'NodePort', loadBalancerSourceRanges: ['10.0.0.0/8'] },
  { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', healthCheckNodePort: 30_703 },
  { type: 'NodePort', externalTrafficPolicy: 'Local', healthCheckNodePort: 30_703 },
  { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, externalTrafficPolicy: '' },
  { clusterIP: '10.96.4.4', clusterIPs: ['10.96.4.5'] },
  { clusterIPs: ['10.96.4.4'] },
  { clusterIP: '10.96.4.4', clusterIPs: ['10.96.4.4'] },
  { clusterIP: 'None', clusterIPs: ['None', '10.96.4.4'] },
  { clusterIP: 'None', ports: [] },
  { ipFamilies: ['IPv4', 'IPv4'] },
  { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'SingleStack' },
  { ipFamilies: ['IPv6'], clusterIP: '10.96.4.4' },
  { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
  { internalTrafficPolicy: 'Local', trafficDistribution: 'PreferClose' },
  { rules: [], defaultBackend: null },
  { rules: [{ host: '10.0.0.1' }] },
  { rules: [{ host: 'a.example.com' }] },
  { rules: [{ http: { paths: [] } }] },
  { ingressClassName: 'other' },
  { addressType: 'IPv4', endpoints: [{ addresses: ['2001:db8::1'] }] },
  { addressType: 'IPv6', endpoints: [{ addresses: ['10.0.0.1'] }] },
  { addressType: 'FQDN', endpoints: [{ addresses: ['10.0.0.1'] }] },
  { addressType: 'IPv4', endpoints: [{ addresses: [] }] },
  { endpoints: [] },
  { ports: [] },
]

const portPairs: readonly Tree[] = [
  { port: 80, protocol: 'TCP', name: 'again' },
  { port: 80, protocol: 'UDP', name: 'again' },
  { port: 81, name: 'http' },
  { port: 81 },
  { port: 81, name: 'Again' },
  { port: 81, name: 'two.parts' },
  { port: 81, name: 'b', targetPort: '8080' },
  { port: 81, name: 'b', targetPort: 'a-name-of-more-than-15' },
  { port: 81, name: 'b', targetPort: 'https' },
  { port: 81, name: 'b', targetPort: 0 },
  { port: 81, name: 'b', targetPort: 70_000 },
  { port: 81, name: 'b', targetPort: '' },
  { port: 81, name: 'b', appProtocol: 'bad protocol' },
  { port: 81, name: 'b', appProtocol: 'example.com/proto' },
]

/** Every mutant of every base: each field in every way. Many more than are tried; the same in every run. */
export function* mutantsOf(base: Base): Generator<Mutant, void, undefined> {
  const at = (what: string, change: (tree: Tree) => void): Mutant => {
    const tree = structuredClone(base.object)
    change(tree)
    return mutant(base, what, JSON.stringify(tree))
  }
  yield mutant(base, 'nothing', JSON.stringify(base.object))
  for (const { parent, key, trail } of placesIn(base.object)) {
    // The path that an object is sent to says what it is; without them kubectl would refuse it.
    if (trail.length === 1 && (key === 'kind' || key === 'apiVersion')) continue
    const where = trail.join('.')
    const change = (what: string, act: (holder: Tree, name: string) => void): Mutant =>
      at(`${where}: ${what}`, (tree) => act(follow(tree, trail.slice(0, -1)), key))
    yield change('missing', (holder, name) => remove(holder, name))
    yield change('null', (holder, name) => (holder[name] = null))
    if (!Array.isArray(parent)) {
      yield change('wrong case', (holder, name) => {
        holder[name[0] === name[0]?.toUpperCase() ? name.toLowerCase() : name.toUpperCase()] = holder[name]
        remove(holder, name)
      })
      yield change('misspelt', (holder, name) => {
        holder[`${name}s`] = holder[name]
        remove(holder, name)
      })
      yield change('an unknown sibling', (holder) => (holder['speck'] = 'x'))
      yield mutant(base, `${where}: doubled`, doubledText(base.object, trail))
      if (trail.length > 1)
        yield at(`${where}: one level up`, (tree) => {
          const holder = follow(tree, trail.slice(0, -1))
          const value = holder[key]
          remove(holder, key)
          follow(tree, trail.slice(0, -2))[key] = value
        })
    } else {
      yield change('twice in its list', (holder, name) => {
        const list = holder as unknown as unknown[]
        list.push(structuredClone(list[Number(name)]))
      })
    }
    for (const stranger of strangers)
      yield change(JSON.stringify(stranger).slice(0, 40), (holder, name) => (holder[name] = stranger))
  }
  const holder = 'spec' in base.object ? ['spec'] : []
  for (const pair of pairs)
    yield at(`with ${JSON.stringify(pair)}`, (tree) => Object.assign(follow(tree, holder), pair))
  for (const port of portPairs) {
    yield at(`with the port ${JSON.stringify(port)}`, (tree) => {
      const owner = follow(tree, holder)
      const ports = Array.isArray(owner['ports']) ? owner['ports'] : []
      owner['ports'] = [...ports, port]
    })
  }
}

function mutant({ kind, path, name }: Base, what: string, text: string): Mutant {
  return { kind, path, what: `${kind} (${name}): ${what}`, text }
}

interface Place {
  parent: unknown
  key: string
  trail: string[]
}

function placesIn(value: unknown, trail: string[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const here = [...trail, key]
    return [{ parent: value, key, trail: here }, ...placesIn(child, here)]
  })
}

function follow(tree: Tree, trail: readonly string[]): Tree {
  return trail.reduce((holder, key) => holder[key] as Tree, tree)
}

function remove(holder: Tree, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

/** The same object with one key written twice, which no JavaScript object can hold. */
function doubledText(object: Tree, trail: readonly string[]): string {
  const tree = structuredClone(object)
  const holder = follow(tree, trail.slice(0, -1))
  const key = trail.at(-1) ?? ''
  const mark = '\u0001'
  holder[mark] = holder[key]
  return JSON.stringify(tree).replace(JSON.stringify(mark), JSON.stringify(key))
}
