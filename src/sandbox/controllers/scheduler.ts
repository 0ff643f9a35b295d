import { at, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'

interface Spread {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'
  labelSelector?: { matchLabels?: Record<string, string> }
}

interface Constraints {
  topologySpreadConstraints?: Spread[]
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: {
        nodeSelectorTerms: { matchFields?: Requirement[]; matchExpressions?: Requirement[] }[]
      }
    }
  }
}

interface Requirement {
  key: string
  operator: string
  values?: string[]
}

/** A node has 253 addresses for its pods, and some are in use for a while after their pod. */
export const mostPodsOfNode = 240

/** The node for a pod: of those that it may run on, the one with the fewest pods; or the scheduler's words for none. */
export function chooseNode(store: ObjectStore, pod: Resource): Resource | string {
  const spec = pod['spec'] as Constraints
  const nodes = store.list(types.nodes)
  const open = nodes.filter((node) => at(node, 'spec', 'unschedulable') !== true)
  const pods = store.list(types.pods)
  const room = open.filter(
    ({ metadata }) =>
      pods.filter((other) => at(other, 'spec', 'nodeName') === metadata.name).length < mostPodsOfNode,
  )
  const possible = room.filter((node) => fits(node, spec))
  const fitting = (spec.topologySpreadConstraints ?? []).reduce(
    (nodes, spread) => evenly(nodes, pods, pod, spread),
    possible,
  )
  const load = (node: Resource): number => {
    const here = pods.filter((other) => at(other, 'spec', 'nodeName') === node.metadata.name)
    // Pods of the same kind apart from each other before anything else.
    const alike = here.filter(
      (other) => other.metadata.labels?.['pod-template-hash'] === pod.metadata.labels?.['pod-template-hash'],
    )
    return alike.length * 1000 + here.length
  }
  return (
    fitting.toSorted((a, b) => load(a) - load(b))[0] ??
    noNode(nodes.length, nodes.length - open.length, open.length - room.length)
  )
}

/** The nodes that another pod does not make fuller than `maxSkew` beyond the emptiest; each is a topology of its own. */
function evenly(nodes: Resource[], pods: Resource[], pod: Resource, spread: Spread): Resource[] {
  if (spread.whenUnsatisfiable !== 'DoNotSchedule' || spread.topologyKey !== 'kubernetes.io/hostname')
    return nodes
  const labels = Object.entries(spread.labelSelector?.matchLabels ?? {})
  const counted = pods.filter(
    ({ metadata }) =>
      metadata.namespace === pod.metadata.namespace &&
      metadata.deletionTimestamp === undefined &&
      labels.every(([key, value]) => metadata.labels?.[key] === value),
  )
  const count = (node: Resource): number =>
    counted.filter((other) => at(other, 'spec', 'nodeName') === node.metadata.name).length
  const fewest = Math.min(...nodes.map(count))
  return nodes.filter((node) => count(node) + 1 - fewest <= spread.maxSkew)
}

function noNode(all: number, closed: number, full: number): string {
  const reasons = [
    ...(closed > 0 ? [`${closed} node(s) were unschedulable`] : []),
    ...(full > 0 ? [`${full} Too many pods`] : []),
    ...(closed + full < all
      ? [`${all - closed - full} node(s) didn't match Pod's node affinity/selector`]
      : []),
  ]
  return `0/${all} nodes are available: ${reasons.join(', ')}. preemption: 0/${all} nodes are available: ${all} Preemption is not helpful for scheduling.`
}

function fits(node: Resource, { nodeName, nodeSelector = {}, affinity }: Constraints): boolean {
  const { name, labels = {} } = node.metadata
  if (nodeName !== undefined && nodeName !== name) return false
  if (!Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)) return false
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (terms === undefined) return true
  return terms.some(
    ({ matchFields = [], matchExpressions = [] }) =>
      matchFields.every((one) => meets(name, one)) &&
      matchExpressions.every((one) => meets(labels[one.key], one)),
  )
}

function meets(value: string | undefined, { operator, values = [] }: Requirement): boolean {
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  return (value !== undefined && values.includes(value)) === (operator === 'In')
}
