/** One thing that a user would do. */
export type StoryStep = Command | Annotate

interface Told {
  /** Why, in a line. */
  says: string
}

/** What is typed after `kubectl affinity`. */
export interface Command extends Told {
  words: readonly string[]
  /** How it ends; unless given 0. */
  exitCode?: number
}

/** Annotations that somebody writes on an Ingress, or takes away, without this tool. */
export interface Annotate extends Told {
  ingress: string
  annotations: Readonly<Record<string, string | null>>
}
