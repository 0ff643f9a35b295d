import type { ProbeOptions } from '../plan.ts'

/** The flags of `probe`, parsed one by one. */
export interface ProbeFlags {
  address?: string | undefined
  'all-ports'?: boolean
  ca?: string | undefined
  clients?: number | undefined
  compare?: string | undefined
  confidence?: string | undefined
  container?: string | undefined
  duration?: number | undefined
  during?: string | undefined
  echo: boolean
  expect?: 'sticky' | 'spread' | undefined
  forge?: boolean
  header?: string[] | undefined
  host?: string[] | undefined
  'host-network'?: boolean
  http2?: boolean
  fingerprint: boolean
  identify: string
  image?: string | undefined
  'in-pod'?: string[] | undefined
  insecure: boolean
  interval?: number | undefined
  'ip-family'?: 'ipv4' | 'ipv6' | 'all' | undefined
  'keep-alive': boolean
  jar?: boolean | undefined
  max?: number | undefined
  'measure-timeout': boolean
  node?: string | undefined
  path?: string[] | undefined
  'pod-running-timeout'?: number | undefined
  port?: string | undefined
  protocol?: 'tcp' | 'udp' | undefined
  rate?: string | undefined
  replicas?: boolean
  requests?: number | undefined
  scheme: ProbeOptions['scheme']
  send?: string | undefined
  'session-counter'?: string | undefined
  'show-cookies'?: boolean
  sessions?: number | undefined
  shadow: boolean
  spread?: 'nodes' | undefined
  timeout?: number | undefined
  via?: string[] | undefined
  'via-local'?: boolean
  watch: boolean
  websocket?: boolean
  'what-if'?: string[] | undefined
}
