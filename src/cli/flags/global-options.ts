interface GlobalOption {
  type: 'boolean' | 'option'
  char?: 'n' | 's' | 'v'
  description: string
  /** The default, as help shows it. */
  helpValue?: string
}

/**
 * kubectl's global flags, with kubectl's names and words. They go to every command; what they mean is decided by
 * src/cluster. Plain data, so that help and the search for the command do not load oclif.
 */
export const globalOptions = {
  as: {
    type: 'option',
    description:
      'Username to impersonate for the operation. User could be a regular user or a service account.',
    helpValue: "''",
  },
  'as-group': {
    type: 'option',
    description:
      'Group to impersonate for the operation, this flag can be repeated to specify multiple groups.',
    helpValue: '[]',
  },
  'as-uid': { type: 'option', description: 'UID to impersonate for the operation.', helpValue: "''" },
  'as-user-extra': {
    type: 'option',
    description:
      'User extras to impersonate for the operation, KEY=VALUE; this flag can be repeated to specify multiple values for the same key.',
    helpValue: '[]',
  },
  'certificate-authority': {
    type: 'option',
    description: 'Path to a cert file for the certificate authority.',
    helpValue: "''",
  },
  'client-certificate': {
    type: 'option',
    description: 'Path to a client certificate file for TLS.',
    helpValue: "''",
  },
  'client-key': { type: 'option', description: 'Path to a client key file for TLS.', helpValue: "''" },
  cluster: { type: 'option', description: 'The name of the kubeconfig cluster to use.', helpValue: "''" },
  context: { type: 'option', description: 'The name of the kubeconfig context to use.', helpValue: "''" },
  'insecure-skip-tls-verify': {
    type: 'boolean',
    description:
      "If true, the server's certificate will not be checked for validity. This makes your connections insecure.",
  },
  kubeconfig: {
    type: 'option',
    description: 'Path to the kubeconfig file to use for requests to the API server.',
    helpValue: "''",
  },
  namespace: {
    type: 'option',
    char: 'n',
    description: 'If present, the namespace scope for this request.',
    helpValue: "''",
  },
  'request-timeout': {
    type: 'option',
    description:
      'The length of time to wait before giving up on a single server request. Non-zero values should contain a time unit (e.g. 1s, 2m, 3h). A value of zero means no timeout.',
    helpValue: "'0'",
  },
  server: {
    type: 'option',
    char: 's',
    description: 'The address and port of the Kubernetes API server.',
    helpValue: "''",
  },
  'tls-server-name': {
    type: 'option',
    description:
      'Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used.',
    helpValue: "''",
  },
  token: {
    type: 'option',
    description: 'Bearer token for authentication to the API server.',
    helpValue: "''",
  },
  user: { type: 'option', description: 'The name of the kubeconfig user to use.', helpValue: "''" },
  v: {
    type: 'option',
    char: 'v',
    description:
      'Number for the log level verbosity: 6 shows the requests to the API server, 8 their bodies.',
    helpValue: '0',
  },
} as const satisfies Record<string, GlobalOption>
