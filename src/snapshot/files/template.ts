import type { FilePosition, Finding } from '../../model/findings/finding.ts'
import { fileFinding } from './finding.ts'

/** What fills it in. */
export type Engine = 'helm' | 'envsubst'

/** A template is no object yet: what will be applied cannot be seen in it. */
export function templateFinding(position: FilePosition, engine: Engine): Finding {
  const chart = /^(.+)\/templates\//.exec(position.file)?.[1] ?? 'CHART'
  return fileFinding(
    'AFF-FILE-SYNTAX',
    position,
    engine === 'helm'
      ? 'this is a template, and no YAML before {{ … }} is filled in'
      : 'this is a template: ${…} is filled in before it is applied',
    'What will be applied cannot be seen here.',
    [
      engine === 'helm'
        ? `helm template ${chart} | kubectl affinity explain -f -`
        : `envsubst < ${position.file} | kubectl affinity explain -f -`,
    ],
  )
}

/** Whether the trouble with a text comes of actions of Go's templates: on its line, or on lines of their own. */
export function holdsActions(text: string, line: number): boolean {
  if (!text.includes('}}')) return false
  return /\{\{/.test(text.split('\n')[line - 1] ?? '') || /^\s*\{\{/m.test(text)
}
