import type { ProbeFlags } from '../../probe/options.ts'
import type { ProbeMode } from './session.ts'

/** The way to probe that the flags ask for; each is loaded only when it is used. */
export async function modeOf(_flags: ProbeFlags): Promise<ProbeMode> {
  return (await import('./single.ts')).probeOnce
}
