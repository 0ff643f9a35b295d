import type { ManagedObject } from './managers.ts'

interface AppliedService {
  spec?: { sessionAffinity?: string; sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } } }
}

/** The manifest that `kubectl apply` (or a tool that works like it) applied last; undefined where there is none to read. */
export function lastApplied({ metadata: { annotations } }: ManagedObject): AppliedService | undefined {
  const text = annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  if (text === undefined) return undefined
  try {
    const manifest: unknown = JSON.parse(text)
    return typeof manifest === 'object' && manifest !== null ? manifest : undefined
  } catch {
    // Anybody can write annotations; a broken one only means that nothing is known.
    return undefined
  }
}
