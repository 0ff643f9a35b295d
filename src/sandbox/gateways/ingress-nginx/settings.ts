import type { Resource } from '../../objects/resource.ts'

/** An annotation of ingress-nginx. */
export const setting = ({ metadata }: Resource, key: string): string | undefined =>
  metadata.annotations?.[`nginx.ingress.kubernetes.io/${key}`]
export const isOn = (ingress: Resource, key: string): boolean => setting(ingress, key) === 'true'
export const hasCookie = (ingress: Resource): boolean => setting(ingress, 'affinity') === 'cookie'
export const isCanary = (ingress: Resource): boolean => isOn(ingress, 'canary')
