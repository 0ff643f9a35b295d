import type { TlsConfig } from '../../agent/config.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import type { Suspect } from '../../model/probe/breaks.ts'
import type { CounterRule, IdentifyMode } from '../../model/probe/observation.ts'
import type { FrontPlace } from '../../model/probe/results/survey.ts'
import type { OddHabit } from '../../model/probe/session.ts'
import type { AskedEntries } from './entries/asked.ts'

/** What the user asks for, complete: every default is filled in except those that depend on the Service. */
export interface ProbeOptions {
  namespace: string
  service: string
  /** Number or name; the first TCP port unless given, or the first UDP port where there is no other. */
  port?: string
  /** Unless given that of the port. */
  protocol?: 'TCP' | 'UDP'
  /** What is sent over UDP, and over plain TCP: one character per byte. */
  payload?: string
  path: string
  scheme: 'auto' | 'http' | 'https' | 'tcp'
  /** At most one of the two; the number follows from the endpoints when neither is given. */
  requests?: number
  durationMs?: number
  /** What ends the run, as in "until stopped"; then `durationMs` is only the longest that it may take. */
  until?: string
  /** Between the starts of two requests; 0 is as fast as possible. */
  intervalMs: number
  timeoutMs: number
  keepAlive: boolean
  tls: TlsConfig
  /** Unless given, one that the nodes have, or the default. */
  image?: string
  node?: string
  /** The pods that send the requests, instead of ones that are made for that. */
  inPods?: readonly { pod: string; container?: string }[]
  expect?: 'sticky' | 'spread'
  /** 1 − confidence. */
  acceptedError: number
  identify: IdentifyMode
  /** Ask each endpoint directly first, and recognise it by its answers. */
  fingerprint?: boolean
  /** How long the pod may take to run. */
  podRunningTimeoutMs: number
  /** An image that cannot be pulled may yet come until then: somebody said how long to wait. */
  waitsForImage?: boolean
  /** How many client pods; one unless given, and one for each node with `spreadNodes`. None with `viaLocal` only. */
  clients?: number
  /** As many clients on one node as on any other. */
  spreadNodes?: boolean
  /** The clients use their node's network and have its address. */
  hostNetwork?: boolean
  /** Where clients enter; by the cluster IP unless given. */
  via?: AskedEntries
  /** The machine that this program runs on is a client as well; the only one with no `clients`. */
  viaLocal?: boolean
  /** What stands in front of the Service, where requests go through that. */
  front?: Front
  /** What became of that since, in words; asked when the run is over. */
  frontChanges?: () => Promise<readonly string[]>
  /** How many users of each client keep cookies; none unless given. */
  users?: number
  /** Users who send one cookie that nobody gave them, `name=value`; nobody else asks then. */
  oneCookie?: readonly string[]
  /** Users beside them who do something with their cookies that browsers do not. */
  oddUsers?: readonly OddHabit[]
  /** How long each waits from one request to the next, instead of a rate and a number of requests. */
  pausesMs?: readonly number[]
  /** No requests beside theirs that keep nothing. */
  withoutControl?: boolean
  /** Where answers hold the number of a visit, as the application counts it in its own session. */
  counter?: CounterRule
  /** Tell the values of cookies that proxies make. */
  showCookies?: boolean
  /** Further headers of each request. */
  headers?: readonly (readonly [name: string, value: string])[]
}

/** A way in that is not the Service's own. */
export interface Front {
  /** What was named, where it is not the Service. */
  target?: TargetRef
  places: readonly (FrontPlace & { address: string; port: number; certificate?: ServedCertificate })[]
  /** Further Services in the namespace of the first that places lead to; each place then says which. */
  others?: readonly string[]
  /** Users take their cookies along from place to place. */
  isJourney?: boolean
  /** The sidecar of who asks decides. */
  isMesh?: boolean
  /** What `explain` found wrong with it. */
  suspects?: readonly Suspect[]
}

/** By what a gateway is known, over TLS. */
export interface ServedCertificate {
  /** Where it is kept, in words. */
  secret: string
  /** In PEM: trusted beside the public authorities. */
  trusted: string
}
