/** How bad it is: `error` breaks what was asked for, `warning` probably surprises, `info` is good to know. */
export type Level = 'error' | 'warning' | 'info'

/** From bad to harmless. */
export const levels: readonly Level[] = ['error', 'warning', 'info']

/** True when `level` is at least as bad as `threshold`. */
export function isAtLeast(level: Level, threshold: Level): boolean {
  return levels.indexOf(level) <= levels.indexOf(threshold)
}

/** An object that a statement is about. */
export interface ObjectRef {
  kind: string
  /** Without version; absent for the core group. */
  group?: string
  namespace?: string
  name: string
}

/** Where something stands in a file. Lines and columns start at 1, as editors count. */
export interface FilePosition {
  /** As the user named it; `-` is standard input. */
  file: string
  line: number
  column: number
}

/** A coded statement about a snapshot. Words are plain English and may hold text from the cluster: sanitize to print. */
export interface Finding {
  /** Stable, such as `AFF-SVC-HEADLESS`; each has a page in docs/findings. */
  code: string
  level: Level
  /** What it is about, the most important first. */
  objects: ObjectRef[]
  /** One line: what is so. */
  message: string
  /** One or two sentences: why it matters. */
  why: string
  /** Commands or edits that mend it, the best first. */
  mend: string[]
  /** The code's page. */
  link: string
  /** For objects that were read from files. */
  position?: FilePosition
}

/** `service/web`, `httproute/web`: short, for people; programs get the group as well. */
export function objectName({ kind, name }: ObjectRef): string {
  return `${kind.toLowerCase()}/${name}`
}
