import type { Interfaces } from '@oclif/core'
import * as Flags from '@oclif/core/flags'
import { globalOptions } from './global-options.ts'

/** The global options as oclif parses them. */
export const globalFlags = {
  as: Flags.string({ ...globalOptions.as }),
  'as-group': Flags.string({ ...globalOptions['as-group'], multiple: true, multipleNonGreedy: true }),
  'as-uid': Flags.string({ ...globalOptions['as-uid'] }),
  'as-user-extra': Flags.string({
    ...globalOptions['as-user-extra'],
    multiple: true,
    multipleNonGreedy: true,
  }),
  'certificate-authority': Flags.string({ ...globalOptions['certificate-authority'] }),
  'client-certificate': Flags.string({ ...globalOptions['client-certificate'] }),
  'client-key': Flags.string({ ...globalOptions['client-key'] }),
  cluster: Flags.string({ ...globalOptions.cluster }),
  context: Flags.string({ ...globalOptions.context }),
  'insecure-skip-tls-verify': Flags.boolean({ ...globalOptions['insecure-skip-tls-verify'] }),
  kubeconfig: Flags.string({ ...globalOptions.kubeconfig }),
  namespace: Flags.string({ ...globalOptions.namespace }),
  'request-timeout': Flags.string({ ...globalOptions['request-timeout'] }),
  server: Flags.string({ ...globalOptions.server }),
  'tls-server-name': Flags.string({ ...globalOptions['tls-server-name'] }),
  token: Flags.string({ ...globalOptions.token }),
  user: Flags.string({ ...globalOptions.user }),
  v: Flags.integer({ ...globalOptions.v, default: 0 }),
}

/** The values of kubectl's global flags. */
export type GlobalFlagValues = Interfaces.InferredFlags<typeof globalFlags>
