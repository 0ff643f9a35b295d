import { sanitize } from '../text/sanitize.ts'

interface ContextInUse {
  contextName: string | undefined
  server: string
  namespace: string
}

/** Both clusters, before anything is written: a mistaken context is seen in time. */
export function contextLines(origin: ContextInUse, target: ContextInUse): string {
  const rows = [
    ['from', origin],
    ['to', target],
  ] as const
  const width = Math.max(...rows.map(([, { contextName = '-' }]) => contextName.length))
  return rows
    .map(([label, { contextName = '-', server, namespace }]) =>
      sanitize(`${label.padEnd(4)}  context ${contextName.padEnd(width)}  ${server}  namespace ${namespace}`),
    )
    .map((line) => `${line}\n`)
    .join('')
}
