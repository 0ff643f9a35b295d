/** A kubeconfig file as it is written, reduced to what is used. */

export interface KubeconfigCluster {
  server?: string
  'tls-server-name'?: string
  'insecure-skip-tls-verify'?: boolean
  'certificate-authority'?: string
  'certificate-authority-data'?: string
  'proxy-url'?: string
  extensions?: { name?: string; extension?: unknown }[]
}

export interface ExecConfig {
  command?: string
  args?: string[] | null
  env?: { name: string; value: string }[] | null
  apiVersion?: string
  installHint?: string
  provideClusterInfo?: boolean
  interactiveMode?: string
}

export interface KubeconfigUser {
  'client-certificate'?: string
  'client-certificate-data'?: string
  'client-key'?: string
  'client-key-data'?: string
  token?: string
  tokenFile?: string
  username?: string
  password?: string
  as?: string
  'as-uid'?: string
  'as-groups'?: string[]
  'as-user-extra'?: Record<string, string[]>
  'auth-provider'?: { name: string; config?: Record<string, string> }
  exec?: ExecConfig
}

export interface KubeconfigContext {
  cluster?: string
  user?: string
  namespace?: string
}

/** Several files merged: every name once, every path absolute. */
export interface Kubeconfig {
  currentContext: string
  clusters: ReadonlyMap<string, KubeconfigCluster>
  users: ReadonlyMap<string, KubeconfigUser>
  contexts: ReadonlyMap<string, KubeconfigContext>
}
