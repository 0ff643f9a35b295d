import type { AgentConfig } from '../../agent/config.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ImageChoice } from '../../model/image-choice.ts'
import { UserError } from '../../model/user-error.ts'
import { shellServes } from '../clients/agent.ts'
import type { ProbeOptions } from '../plan.ts'
import { chooseImage } from './choose.ts'
import { knownImage } from './known.ts'
import { readNodes } from './read.ts'

/**
 * The image for what an agent is to do, once that is known; `node` for what only Node can. Throws UserError when the
 * image that was named is known to be without Node, and that is what it takes.
 */
export type ImageFinder = (agent: AgentConfig | 'node') => ImageChoice

/**
 * Finds the image for what is asked: the one that was named, or one that the nodes have. To be called at the same time as
 * the other reads, since it is one more. Rejects with the signal's reason only.
 */
export async function findImages(
  cluster: Cluster,
  { image, node }: Pick<ProbeOptions, 'image' | 'node'>,
  signal: AbortSignal,
): Promise<ImageFinder> {
  if (image !== undefined) {
    const known = knownImage(image)
    return (agent) => {
      const takesNode = agent === 'node' || !shellServes(agent)
      if (takesNode && known?.hasNoNode === true) throw withoutNode(image)
      return { image, agent: known?.agent ?? 'either', from: 'asked' }
    }
  }
  const read = await readNodes(cluster, node, signal)
  return (agent) =>
    chooseImage(read, {
      shellServes: agent !== 'node' && shellServes(agent),
      ...(node === undefined ? {} : { node }),
    })
}

function withoutNode(image: string): UserError {
  return new UserError(
    `image "${image}" has no Node, which this probe takes: the agent in shell sends plain HTTP requests, each on a new connection, to one entry`,
    {
      hints: [
        'name an image with Node 18 or newer, or leave --image (KUBECTL_AFFINITY_IMAGE) out: the nodes may have one',
      ],
    },
  )
}
