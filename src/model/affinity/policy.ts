import type { Service } from '../cluster/kubernetes.ts'

/**
 * What a hop sticks on. Closed on purpose: these are the words of the design, and every one who reads a policy has to
 * say what it does with each of them (`matchPolicy`). How one is written is up to a mechanism.
 */
export type Policy =
  | { kind: 'none' }
  | ClientIpPolicy
  | CookiePolicy
  | HeaderPolicy
  | HashPolicy
  | UnknownPolicy

/** By the address that the hop sees. */
export interface ClientIpPolicy {
  kind: 'client-ip'
  timeoutSeconds: number
  /** From when the time counts: the last new connection, or the first; absent where that is not known. */
  timer?: 'idle' | 'absolute'
}

export interface CookiePolicy {
  kind: 'cookie'
  /** Absent where the proxy makes a name up. */
  name?: string
  /** `Path` of the cookie; a browser leaves it out elsewhere. */
  path?: string
  /** Absent for a cookie that lasts as long as the browser. */
  ttlSeconds?: number
  secure?: boolean
  /** `Domain` and `SameSite` of the cookie. */
  domain?: string
  sameSite?: string
  /** Who sets it: the proxy, or the application, so that without the application's cookie nothing sticks. */
  madeBy?: 'proxy' | 'application'
  /** A record of the pod, or a value that is hashed and moves clients when pods come or go. */
  points?: 'at-a-pod' | 'into-a-hash'
  /** Why no browser sends it back, so that it keeps nobody: `its Path is a regular expression`. */
  neverSent?: string
  /** Why browsers do not take it from the host of the way, so that it keeps nobody: `the Domain other.example`. */
  refused?: string
}

export interface HeaderPolicy {
  kind: 'header'
  name?: string
  points?: 'at-a-pod' | 'into-a-hash'
}

/** By anything else of a request: an address without memory, a parameter, the path. */
export interface HashPolicy {
  kind: 'hash'
  /** For people: `client address`, `parameter user`, `$request_uri`. */
  of: string
}

/** What is kept of a pod, where objects say it: a record of the pod, or a value that is hashed to one. */
export function pointsOf(policy: Policy | undefined): CookiePolicy['points'] {
  if (policy?.kind === 'hash') return 'into-a-hash'
  return policy?.kind === 'cookie' || policy?.kind === 'header' ? policy.points : undefined
}

/** Whether and on what it sticks cannot be seen. */
export interface UnknownPolicy {
  kind: 'unknown'
  /** In words: why not. */
  why?: string
}

/** What a Service can be configured for. */
export type ServicePolicy = Extract<Policy, { kind: 'none' | 'client-ip' }>

type Readers<R> = { [K in Policy['kind']]: (policy: Extract<Policy, { kind: K }>) => R }

/** Reads a policy by its kind; the compiler finds every reader when there is a new one. */
export function matchPolicy<R>(policy: Policy, by: Readers<R>): R {
  return (by[policy.kind] as (policy: Policy) => R)(policy)
}

/** Nothing keeps clients. */
export const none: Policy = { kind: 'none' }

/** Whether it keeps clients on their backend for sure. */
export function isSticky(policy: Policy): boolean {
  return sticks(policy) === true
}

/** Whether it keeps clients on their backend; undefined where that cannot be seen. */
export function sticks(policy: Policy): boolean | undefined {
  return matchPolicy(policy, {
    none: () => false,
    'client-ip': () => true,
    cookie: (policy) => !isLost(policy),
    header: () => true,
    hash: () => true,
    unknown: () => undefined,
  })
}

/** A cookie that no browser sends back: it is meant to keep clients nevertheless. */
export function isLost(policy: Policy): boolean {
  return policy.kind === 'cookie' && (policy.neverSent ?? policy.refused) !== undefined
}

/** Whether somebody who configures it wants clients to stay, whatever comes of it; undefined where that cannot be seen. */
export function isPromise({ kind }: Policy): boolean | undefined {
  return kind === 'unknown' ? undefined : kind !== 'none'
}

/** The API server's default for `timeoutSeconds`: three hours (k8s.io/api core/v1, DefaultClientIPServiceAffinitySeconds). */
export const defaultTimeoutSeconds = 10_800

/** The affinity that a Service is configured for; the timeout is filled in as the API server would. */
export function servicePolicy(service: Service): ServicePolicy {
  if (service.spec.sessionAffinity !== 'ClientIP') return { kind: 'none' }
  const timeoutSeconds = service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultTimeoutSeconds
  return { kind: 'client-ip', timeoutSeconds }
}
