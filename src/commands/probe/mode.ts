import type { ProbeFlags } from './flags/definitions.ts'
import type { ProbeMode } from './session.ts'

/**
 * The way to probe that the flags ask for; each is loaded only when it is used. Throws UserError (usage) for words that
 * mean nothing.
 */
export async function modeOf(flags: ProbeFlags): Promise<ProbeMode> {
  const { compare, echo, 'what-if': whatIf } = flags
  if (compare !== undefined || echo || whatIf !== undefined) {
    const { probeBesideOf, probeComparedWith } = await import('./beside.ts')
    if (compare !== undefined) return probeComparedWith(compare)
    if (whatIf === undefined) return probeBesideOf({ kind: 'echo' })
    const { parseWhatIf } = await import('./flags/what-if.ts')
    return probeBesideOf({ kind: 'what-if', change: parseWhatIf(whatIf), words: whatIf.join(',') })
  }
  if (flags.during !== undefined) return (await import('./during.ts')).probeDuring(flags.during)
  if (flags.watch) return (await import('./watch.ts')).watch
  if (flags['measure-timeout']) return (await import('./measure.ts')).measure
  return (await import('./once.ts')).probeOnce
}
