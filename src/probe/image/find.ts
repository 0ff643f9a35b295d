import type { AgentConfig } from '../../agent/config.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ImageChoice } from '../../model/image-choice.ts'
import { shellServes } from '../clients/agent.ts'
import type { ProbeOptions } from '../plan.ts'
import { chooseImage } from './choose.ts'
import { knownImage } from './known.ts'
import { readNodes } from './read.ts'

/** The image for what an agent is to do, once that is known; `node` for what only Node can. */
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
    const choice: ImageChoice = { image, agent: knownImage(image)?.agent ?? 'either', from: 'asked' }
    return () => choice
  }
  const read = await readNodes(cluster, node, signal)
  return (agent) =>
    chooseImage(read, {
      shellServes: agent !== 'node' && shellServes(agent),
      ...(node === undefined ? {} : { node }),
    })
}
