import type { Explanation } from '../../analysis/analyse.ts'
import { stickyFronts } from '../../analysis/sticky-fronts.ts'
import { targetKinds } from '../../mechanisms/index.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { commandFor } from '../../model/targets/command.ts'

/** What the reader may want to do next. */
export function nextSteps({ target, service, paths }: Explanation): { label: string; command: string }[] {
  const prove = (of: TargetRef) => ({ label: 'prove', command: commandFor('probe', of) })
  if (service === undefined) {
    const isProbed = targetKinds.find(({ name }) => name === target.kind)?.unprobed === undefined
    return isProbed && paths.length > 0 ? [prove(target)] : []
  }
  const hasProxy = paths.some(({ hops }) => hops.some(({ kind }) => kind === 'proxy'))
  if (!hasProxy || service.endpoints?.ready === 0) return []
  const fronts = stickyFronts(paths)
  const isBare = service.policy.kind === 'none' && fronts.length === 0
  return [
    ...fronts.map(prove),
    prove(target),
    ...(isBare ? [{ label: 'stick', command: commandFor('enable', target, '--timeout 3h') }] : []),
  ]
}
