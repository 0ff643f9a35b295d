/** The agent that an image can run: the one in JavaScript, the one in POSIX shell, or whichever turns out to be possible. */
export type AgentKind = 'node' | 'shell' | 'either'

/** The image of the probe pods, and how it came to be that one. */
export interface ImageChoice {
  image: string
  agent: AgentKind
  /** `asked`: by the user. `nodes`: nodes have it already. `default`: neither. */
  from: 'asked' | 'nodes' | 'default'
  /** The reason in words, without a capital or a full stop; absent when the user asked for it. */
  why?: string
}
