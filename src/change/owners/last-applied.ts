import type { ManagedObject } from './managers.ts'

/** The manifest that `kubectl apply` (or a tool that works like it) applied last; undefined where there is none to read. */
export function lastApplied({ metadata: { annotations } }: ManagedObject): unknown {
  const text = annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Anybody can write annotations; a broken one only means that nothing is known.
    return undefined
  }
}
