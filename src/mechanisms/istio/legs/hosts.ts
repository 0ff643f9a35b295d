import type { NamespacedName } from '../../../model/cluster/object.ts'

/**
 * The whole name of a host as an object of a namespace writes it: a name without any dot is one of that namespace, all
 * others are whole (istio/istio pilot/pkg/model/config.go, ResolveShortnameToFQDN).
 */
export function wholeHost(host: string, namespace: string): string {
  return host === '*' || host === '' || host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`
}

/** The Service of a whole host; undefined for hosts outside the cluster, and for what only looks like one of a Service. */
export function serviceOfHost(host: string): NamespacedName | undefined {
  const [name = '', namespace = '', suffix, ...domain] = host.split('.')
  if (suffix !== 'svc' || domain.length === 0 || name === '' || name.includes('*')) return undefined
  return { namespace, name }
}

/** The host of a Service. The cluster's domain is the usual one: another one is not seen in any object. */
export function hostOf({ namespace, name }: NamespacedName): string {
  return `${name}.${namespace}.svc.cluster.local`
}

/** Whether a host, which may be a wildcard, stands for another one: `*.shop.example` for what ends in `.shop.example`. */
export function covers(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true
  return pattern.startsWith('*') && host.length > pattern.length - 1 && host.endsWith(pattern.slice(1))
}

/** What two hosts have in common: the more exact of both, where one stands for the other. */
export function common(one: string, other: string): string | undefined {
  if (covers(one, other)) return other
  return covers(other, one) ? one : undefined
}

/** The most exact of those that stand for a host: the host itself, else the longest wildcard (host.MostSpecificHostMatch). */
export function mostExact(patterns: readonly string[], host: string): string | undefined {
  if (patterns.includes(host)) return host
  return patterns
    .filter((pattern) => pattern.startsWith('*') && covers(pattern, host))
    .toSorted((a, b) => b.length - a.length)[0]
}
