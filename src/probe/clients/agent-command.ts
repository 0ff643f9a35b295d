import { type AgentConfig, encodeConfig } from '../../agent/config.ts'

/**
 * The bundle is CommonJS, whatever the image's NODE_OPTIONS say. A small young generation keeps an agent that reads large
 * answers far from its memory limit; nothing was seen to be slower with it.
 */
const nodeCommand = ['node', '--input-type=commonjs', '--max-semi-space-size=2', '-e']

/** Program and arguments that run the agent with `config` in any image with Node. */
export async function agentCommand(config: AgentConfig): Promise<string[]> {
  const { agentSource } = await import('../../agent/bundle.generated.ts')
  return [...nodeCommand, agentSource, '--', ...encodeConfig(config)]
}
