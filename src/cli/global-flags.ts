import { Flags } from '@oclif/core'

/**
 * kubectl's global flags, with kubectl's names and meaning. They go to every command; what they mean is
 * decided by src/cluster.
 */
export const globalFlags = {
  as: Flags.string({
    description:
      'Username to impersonate for the operation. User could be a regular user or a service account.',
    helpValue: "''",
  }),
  'as-group': Flags.string({
    description:
      'Group to impersonate for the operation, this flag can be repeated to specify multiple groups.',
    helpValue: '[]',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'as-uid': Flags.string({ description: 'UID to impersonate for the operation.', helpValue: "''" }),
  'certificate-authority': Flags.string({
    description: 'Path to a cert file for the certificate authority.',
    helpValue: "''",
  }),
  'client-certificate': Flags.string({
    description: 'Path to a client certificate file for TLS.',
    helpValue: "''",
  }),
  'client-key': Flags.string({ description: 'Path to a client key file for TLS.', helpValue: "''" }),
  cluster: Flags.string({ description: 'The name of the kubeconfig cluster to use.', helpValue: "''" }),
  context: Flags.string({ description: 'The name of the kubeconfig context to use.', helpValue: "''" }),
  'insecure-skip-tls-verify': Flags.boolean({
    description:
      "If true, the server's certificate will not be checked for validity. This makes your connections insecure.",
  }),
  kubeconfig: Flags.string({
    description: 'Path to the kubeconfig file to use for requests to the API server.',
    helpValue: "''",
  }),
  namespace: Flags.string({
    char: 'n',
    description: 'If present, the namespace scope for this request.',
    helpValue: "''",
  }),
  'request-timeout': Flags.string({
    description:
      'The length of time to wait before giving up on a single server request. Non-zero values should contain a time unit (e.g. 1s, 2m, 3h). A value of zero means no timeout.',
    helpValue: "'0'",
  }),
  server: Flags.string({
    char: 's',
    description: 'The address and port of the Kubernetes API server.',
    helpValue: "''",
  }),
  'tls-server-name': Flags.string({
    description:
      'Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used.',
    helpValue: "''",
  }),
  token: Flags.string({
    description: 'Bearer token for authentication to the API server.',
    helpValue: "''",
  }),
  user: Flags.string({ description: 'The name of the kubeconfig user to use.', helpValue: "''" }),
  v: Flags.integer({
    char: 'v',
    description:
      'Number for the log level verbosity: 6 shows the requests to the API server, 8 their bodies.',
    helpValue: '0',
    default: 0,
  }),
}

/** The names of the global flags, as typed: what help leaves to `kubectl affinity options`. */
export const globalFlagNames: ReadonlySet<string> = new Set(Object.keys(globalFlags))
