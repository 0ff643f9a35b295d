import { type AgentConfig, encodeConfig } from '../../../agent/config.ts'
import { createIdentifier } from '../../../agent/answers/identify.ts'
import { shellArguments } from '../../../agent/shell/arguments.ts'
import type { AnswerReader } from '../../../agent/shell/decode.ts'
import type { AgentKind } from '../../../model/probe/image-choice.ts'
import { shellWord } from '../../../model/common/words/shell.ts'

/**
 * The bundle is CommonJS, whatever the image's NODE_OPTIONS say. A small young generation keeps an agent that reads large
 * answers far from its memory limit; nothing was seen to be slower with it.
 */
const nodeFlags = ['--input-type=commonjs', '--max-semi-space-size=2', '-e']

/** What the agent in shell can send: see docs/recognising.md. One target and one user, HTTP, a new connection for each request. */
export function shellServes(config: AgentConfig): boolean {
  const { targets, keepAlive, payload, pausesMs, sessions, cookieSalt } = config
  return (
    targets.length === 1 &&
    !keepAlive &&
    payload === undefined &&
    pausesMs === undefined &&
    sessions === undefined &&
    cookieSalt === undefined &&
    targets.every(
      ({ scheme, tls, headers, redirects }) =>
        scheme !== 'tcp' &&
        scheme !== 'udp' &&
        tls?.ca === undefined &&
        headers === undefined &&
        redirects === undefined,
    )
  )
}

/**
 * Program and arguments that run an agent with `config` in a container of a Job.
 * With `either`, the image is one of which nothing is known: it has Node, or a shell that can take its place.
 */
export async function agentCommand(
  config: AgentConfig,
  kind: AgentKind,
  maxRunSeconds: number,
): Promise<string[]> {
  const node = kind === 'shell' ? [] : [...nodeFlags, await nodeSource(), '--', ...encodeConfig(config)]
  if (kind === 'node' || !shellServes(config)) return ['node', ...node]
  const script = await shellScript(config, maxRunSeconds, false)
  if (kind === 'shell') return ['sh', '-c', forKubelet(script)]
  return [
    'sh',
    '-c',
    forKubelet(`command -v node >/dev/null 2>&1 && exec node "$@"\n${script}`),
    'sh',
    ...node,
  ]
}

/** How long it waits, once it has said all, for the other side to go first, in milliseconds. */
const goodByeMs = 2000

/**
 * Program, arguments and input that run an agent in a container that is there. Its source is longer than what the words of
 * a command may be; it ends when its input does.
 */
export async function attachedNode(
  config: AgentConfig,
  client: number,
): Promise<{ command: string[]; stdin: string }> {
  const boot = `let text = ''
const { env, exit, stdin } = process
stdin.setEncoding('utf8').on('end', () => exit()).on('data', (more) => {
  if (text === undefined || !(text += more).endsWith('\\n')) return
  const [source, ...words] = JSON.parse(text)
  text = undefined
  process.argv.splice(1, process.argv.length, ...words)
  env.JOB_COMPLETION_INDEX = '${client}'
  process.exit = (code) => void setTimeout(exit, ${goodByeMs}, code)
  eval(source)
})`
  return {
    command: ['node', ...nodeFlags, boot],
    stdin: `${JSON.stringify([await nodeSource(), ...encodeConfig(config)])}\n`,
  }
}

/** The agent in shell with its arguments, as one text for `sh -c`. `attached`: it ends when its input does. */
export async function shellScript(
  config: AgentConfig,
  maxRunSeconds: number,
  attached: boolean,
): Promise<string> {
  const { shellSource } = await import('../../../agent/shell/script.generated.ts')
  const words = shellArguments(config, maxRunSeconds, attached)
  return `set -- ${words.map((word) => shellWord(word)).join(' ')}\n${shellSource}`
}

/** Reads the answers that the agent in shell reports, for a client with these addresses. */
export function answerReader(config: AgentConfig, addresses: readonly string[]): AnswerReader {
  const backends = new Set(config.needles.flat())
  return {
    identify: createIdentifier(config.identify, config.needles, addresses),
    isBackend: (address) => backends.has(address),
  }
}

async function nodeSource(): Promise<string> {
  const { agentSource } = await import('../../../agent/bundle.generated.ts')
  return agentSource
}

/** In a container's command a kubelet replaces `$(NAME)`, and `$$` by `$`. */
function forKubelet(script: string): string {
  return script.replaceAll(/\$(?=[$(])/g, () => '$$')
}
