import type { Explanation } from '../../analysis/analyse.ts'
import type { Finding, Level } from '../../model/findings/finding.ts'
import type { Page } from '../terminal.ts'

/** What is to be shown, and how. */
export interface ExplainRenderOptions extends Page {
  /** Findings below it are not shown. */
  level: Level
  findingsOnly: boolean
  /** One Service was asked for by name: programs get an object instead of a list. */
  single: boolean
  /** Services of all namespaces: two lines each instead of a drawing; `-o wide` draws them all the same. */
  compact: boolean
  /** Services were asked for by what they have in common, and there may be none. */
  isList: boolean
  /** What the reader may want to run next. */
  next: (explanation: Explanation) => { label: string; command: string }[]
}

/** Turns explanations into text as they come, so that thousands need no more memory than one. */
export interface ExplainRenderer {
  /** Findings about files that belong to no Service. Before any item. */
  findings: (findings: readonly Finding[]) => string
  item: (explanation: Explanation) => string
  end: () => string
}
