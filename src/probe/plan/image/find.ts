import type { ImageChoice } from '../../../model/probe/image-choice.ts'
import { UserError } from '../../../model/common/user-error.ts'
import { chooseImage, type NodesRead } from './choose.ts'
import { knownImage } from './known.ts'

/** What an agent is to do needs: Node, or a shell as well. */
export interface AgentNeeds {
  node: boolean
}

/**
 * The image for an agent with these needs: the one that was named, or one that the nodes have. Pure. Throws UserError
 * when the image that was named is known to be without Node, and that is what it takes.
 *
 * @param read the nodes; of no use, and not needed, where an image was named
 */
export function imageFor(
  needs: AgentNeeds,
  { image, node }: { image?: string; node?: string },
  read: NodesRead | undefined,
): ImageChoice {
  if (image === undefined)
    return chooseImage(read ?? { kind: 'failed', why: 'they were not asked' }, {
      shellServes: !needs.node,
      ...(node === undefined ? {} : { node }),
    })
  const known = knownImage(image)
  if (needs.node && known?.hasNoNode === true) throw withoutNode(image)
  return { image, agent: known?.agent ?? 'either', from: 'asked' }
}

function withoutNode(image: string): UserError {
  return new UserError(
    `image "${image}" has no Node, which this probe takes: the agent in shell sends plain HTTP requests, each on a new connection, to one entry`,
    {
      hints: [{ remedy: 'other-image' }],
    },
  )
}
