import type { ImageChoice } from '../../../model/probe/image-choice.ts'
import type { Node } from '../../../model/cluster/kubernetes.ts'
import { whyNoPods } from '../../../model/cluster/node.ts'
import { type KnownImage, knownImage } from './known.ts'
import { parseImage } from './reference.ts'

/** What was read of the nodes, or why nothing was. */
export type NodesRead =
  | { kind: 'read'; nodes: readonly Node[]; all: boolean }
  | { kind: 'forbidden' }
  | { kind: 'failed'; why: string }

export interface ChooseOptions {
  /** The pod has to run here. */
  node?: string
  /** Whether the request can be made by the agent in shell as well. */
  shellServes: boolean
}

/** Small, multi-platform, maintained, and has what the agent needs. */
export const defaultImage = 'docker.io/library/node:24-alpine'

/**
 * The image of the probe pod when the user names none: one that the nodes have already, so that nothing is pulled and a
 * cluster without a way to the internet is served, too; otherwise the default.
 *
 * Of the images that are known to serve, one that every node has on which the pod may run comes first; then Node before
 * a shell; then the newer Node or the better tools; then the smaller one. With some nodes only, an image of Node
 * is taken, which the others can pull as well as the default; a shell is not, because Node tells more.
 *
 * A kubelet reports its 50 largest images only (nodeStatusMaxImages), so a small one may be there and not be seen.
 */
export function chooseImage(read: NodesRead, { node, shellServes }: ChooseOptions): ImageChoice {
  const fallback = (why: string): ImageChoice => ({
    image: defaultImage,
    agent: 'node',
    from: 'default',
    why,
  })
  if (read.kind === 'forbidden') return fallback('which images the nodes have may not be read')
  if (read.kind === 'failed') return fallback(`which images the nodes have could not be read: ${read.why}`)
  const eligible = read.nodes.filter((each) =>
    node === undefined ? whyNoPods(each) === undefined : each.metadata.name === node,
  )
  if (eligible.length === 0) return fallback('no node was found that may run the pod')
  const candidates = [...candidatesOf(eligible).values()].filter(
    (candidate) => candidate.agent === 'node' || (shellServes && candidate.nodes === eligible.length),
  )
  const [best] = candidates.toSorted(byPreference)
  if (best === undefined) return fallback('no node has an image that is known to serve')
  const { image, agent } = best
  return { image, agent, from: 'nodes', why: whoHas(best, eligible.length, read.all, node) }
}

interface Candidate extends KnownImage {
  image: string
  bytes: number
  /** How many of the nodes have it. */
  nodes: number
}

function candidatesOf(nodes: readonly Node[]): Map<string, Candidate> {
  const found = new Map<string, Candidate>()
  for (const { status } of nodes) {
    const here = new Set<string>()
    for (const { names, sizeBytes = 0 } of status?.images ?? []) {
      for (const name of usableNames(names ?? [])) {
        const known = knownImage(name)
        if (known === undefined || here.has(name)) continue
        here.add(name)
        const before = found.get(name)
        if (before === undefined) found.set(name, { ...known, image: name, bytes: sizeBytes, nodes: 1 })
        else before.nodes += 1
      }
    }
  }
  return found
}

/** Tags where there are some: they can be read. A digest alone still names the image. `<none>` names nothing. */
function usableNames(names: readonly string[]): readonly string[] {
  const valid = names.filter((name) => !name.includes('<none>'))
  const tagged = valid.filter((name) => !parseImage(name).hasDigest)
  return tagged.length > 0 ? tagged : valid
}

function byPreference(one: Candidate, other: Candidate): number {
  return (
    other.nodes - one.nodes ||
    Number(other.agent === 'node') - Number(one.agent === 'node') ||
    other.rank - one.rank ||
    one.bytes - other.bytes ||
    (one.image < other.image ? -1 : 1)
  )
}

function whoHas({ nodes }: Candidate, eligible: number, all: boolean, node: string | undefined): string {
  if (node !== undefined) return `${node} has it`
  if (eligible === 1) return all ? 'the only node has it' : 'the node that was looked at has it'
  if (nodes < eligible) return `${nodes} of ${eligible} nodes have it; the others have to pull it`
  return all ? `all ${eligible} nodes have it` : `the ${eligible} nodes that were looked at have it`
}
