import { Chalk, type ChalkInstance } from 'chalk'

/** What decides how text is shown; taken from a stream and the environment by the caller. */
export interface TerminalFacts {
  isTTY: boolean
  columns?: number | undefined
  env: Readonly<Record<string, string | undefined>>
}

/** How text may be shown. The colours are named by what they say, so that they are chosen in one place. */
export interface Style {
  /** False replaces drawing characters by ASCII of the same width. */
  unicode: boolean
  good: Paint
  bad: Paint
  unsure: Paint
  strong: Paint
  quiet: Paint
  /** One colour for each backend, by its rank; the first stays plain, so that what differs from it stands out. */
  backend: (rank: number) => Paint
}

/** What a report is laid out for: how wide it may be, and how it is painted. */
export interface Page {
  width: number
  style: Style
}

export type Paint = (text: string) => string

const defaultWidth = 80

/** Below this nothing sensible can be laid out. */
const smallestWidth = 20

/** The columns to fill: those of the terminal, or 80 where there is none. */
export function outputWidth(facts: Pick<TerminalFacts, 'isTTY' | 'columns'>): number {
  // Some terminals report 0 columns (serial lines, a few CI runners).
  if (!facts.isTTY || facts.columns === undefined || facts.columns === 0) return defaultWidth
  return Math.max(smallestWidth, facts.columns)
}

export function createStyle(facts: TerminalFacts): Style {
  const chalk = new Chalk({ level: wantsColor(facts) ? 1 : 0 })
  const palette: Paint[] = [plain, chalk.cyan, chalk.magenta, chalk.blueBright, chalk.yellow]
  return {
    unicode: hasUnicode(facts),
    ...verdictColors(chalk),
    backend: (rank) => palette[rank] ?? plain,
  }
}

function verdictColors(chalk: ChalkInstance): Omit<Style, 'unicode' | 'backend'> {
  return {
    good: chalk.green.bold,
    bad: chalk.red.bold,
    unsure: chalk.yellow.bold,
    strong: chalk.bold,
    quiet: chalk.dim,
  }
}

function plain(text: string): string {
  return text
}

/** kubectl's rule: a terminal that is not dumb, and NO_COLOR absent; set but empty disables as well. */
function wantsColor({ isTTY, env }: TerminalFacts): boolean {
  return isTTY && env['TERM'] !== 'dumb' && env['NO_COLOR'] === undefined
}

/**
 * A terminal whose locale names another character set gets ASCII. No locale at all says nothing about the terminal
 * (containers, Windows), and files and pipes are UTF-8.
 */
function hasUnicode({ isTTY, env }: TerminalFacts): boolean {
  if (!isTTY) return true
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  return locale === undefined || /utf-?8/i.test(locale)
}
