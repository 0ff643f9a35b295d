import type { TargetRef } from '../affinity/target.ts'

/** `svc/web`, `ingress/shop`: what names the target again. */
export function targetWord({ kind, name }: Pick<TargetRef, 'kind' | 'name'>): string {
  // Nobody types "service".
  return `${kind === 'service' ? 'svc' : kind}/${name}`
}

/**
 * A command line for users, about one target: `kubectl affinity enable svc/web -n shop --timeout 30m`. The only place
 * that writes one, so that what is printed can be typed. `more` are further words, as they are to be typed.
 */
export function commandFor(verb: string, target: TargetRef, ...more: readonly string[]): string {
  return commandLine(verb, targetWord(target), '-n', target.namespace, ...more)
}

/** The same for a command about something else. */
export function commandLine(verb: string, ...words: readonly string[]): string {
  return ['kubectl affinity', verb, ...words].filter((word) => word !== '').join(' ')
}

/** A Service as a target. */
export function serviceTarget({ namespace, name }: { namespace: string; name: string }): TargetRef {
  return { kind: 'service', namespace, name }
}
