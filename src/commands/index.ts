import type { BaseCommand } from '../cli/oclif/base-command.ts'
import type { CommandSummary } from '../cli/help.ts'
import type { TargetKind } from '../model/affinity/target.ts'

/** A command's class: its static description, and `run`. */
type CommandClass = Pick<typeof BaseCommand, 'description' | 'examples' | 'flags' | 'summary' | 'usage'> &
  (new (...words: ConstructorParameters<typeof BaseCommand>) => BaseCommand)

/** A command of the program, or one of another command. */
export interface CommandEntry extends CommandSummary {
  /** Those that are typed after it, such as `external list`. */
  subcommands?: readonly CommandEntry[]
  /** For completion: its words are Services. */
  takesServices?: boolean
  /** For completion: other kinds that its words may be of. */
  kinds?: () => Promise<readonly TargetKind[]>
  /** For completion: its Services have this label. */
  serviceSelector?: () => Promise<string>
  /** For completion: words that it takes as well. */
  otherWords?: () => Promise<readonly string[]>
  /** Loaded only when it is called: start-up must not pay for what is not used. */
  load: () => Promise<CommandClass>
}

const externalServices = async (): Promise<string> =>
  (await import('../model/cluster/external.ts')).externalLabel

/** Every command, in the order of help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'explain',
    group: 'Troubleshooting Commands',
    summary: 'Show who decides which pod gets a connection, and what is wrong with it',
    takesServices: true,
    kinds: async () => (await import('../mechanisms/index.ts')).targetKinds.slice(1),
    otherWords: async () => (await import('../model/findings/code.ts')).allCodes,
    load: async () => (await import('./explain.ts')).default,
  },
  {
    name: 'probe',
    group: 'Troubleshooting Commands',
    summary: 'Send requests from inside the cluster and judge whether clients stay on their pod',
    takesServices: true,
    kinds: async () => (await import('../mechanisms/index.ts')).targetKinds.slice(1),
    load: async () => (await import('./probe.ts')).default,
  },
  {
    name: 'enable',
    group: 'Session Affinity Commands',
    summary: 'Keep each client of a Service on its pod',
    takesServices: true,
    load: async () => (await import('./enable.ts')).default,
  },
  {
    name: 'disable',
    group: 'Session Affinity Commands',
    summary: 'Spread the connections of each client over the pods again',
    takesServices: true,
    load: async () => (await import('./disable.ts')).default,
  },
  {
    name: 'external',
    group: 'Session Affinity Commands',
    summary: 'Make backends outside the cluster a Service that affinity works on',
    takesServices: true,
    serviceSelector: externalServices,
    load: async () => (await import('./external.ts')).default,
    subcommands: [
      {
        name: 'delete',
        group: 'Available Commands',
        summary: 'Delete Services that external made, with their endpoints',
        takesServices: true,
        serviceSelector: externalServices,
        load: async () => (await import('./external/delete.ts')).default,
      },
      {
        name: 'list',
        group: 'Available Commands',
        summary: 'List Services that external made, with the origin of each address',
        load: async () => (await import('./external/list.ts')).default,
      },
    ],
  },
  {
    name: 'cleanup',
    group: 'Other Commands',
    summary: 'Remove what an interrupted probe or demo left in the cluster',
    load: async () => (await import('./cleanup.ts')).default,
  },
  {
    name: 'completion',
    group: 'Other Commands',
    summary: 'Print the file with which kubectl completes the words of this plugin',
    load: async () => (await import('./completion.ts')).default,
  },
  {
    name: 'demo',
    group: 'Other Commands',
    summary: 'Show what this plugin does, on a miniature cluster of its own',
    load: async () => (await import('./demo.ts')).default,
  },
  {
    name: 'sandbox',
    group: 'Other Commands',
    summary: 'Run a miniature cluster in this process, to try things without a cluster',
    load: async () => (await import('./sandbox.ts')).default,
  },
  {
    name: 'version',
    group: 'Other Commands',
    summary: 'Print the versions of this plugin and of the API server',
    load: async () => (await import('./version.ts')).default,
  },
]
