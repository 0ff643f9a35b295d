import { annotationsOf, type IngressBackend } from '../kit/controller.ts'

/** An annotation of a backend: with its prefix, and where it stands. */
export interface FoundAnnotation {
  key: string
  value: string
  of: 'service' | 'ingress'
}

/** Reads annotations with any of some prefixes: those of the Service come first, then those of the Ingress. */
export function annotationReader(prefixes: readonly string[]) {
  return (
    name: string,
    { ingress, service }: Pick<IngressBackend, 'ingress' | 'service'>,
  ): FoundAnnotation | undefined => {
    for (const [of, object] of [
      ['service', service],
      ['ingress', ingress],
    ] as const) {
      for (const prefix of prefixes) {
        const value = annotationsOf(object)[`${prefix}${name}`]
        if (value !== undefined) return { key: `${prefix}${name}`, value, of }
      }
    }
    return undefined
  }
}
