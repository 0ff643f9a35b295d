import * as Flags from '@oclif/core/flags'

/** The flags of commands that write objects: whether they do, whether they show what changes, and how they print what they wrote. */
export const writeFlags = {
  diff: Flags.boolean({
    description:
      'Show what changes as a unified diff, as kubectl diff does. The change is made; add --dry-run=server to only look.',
  }),
  'dry-run': Flags.option({ options: ['none', 'client', 'server'] as const })({
    description:
      'Must be "none", "server", or "client". If client, only print what would be sent. If server, let the API server check it without keeping it.',
    default: 'none',
  }),
  'show-managed-fields': Flags.boolean({
    description: 'Keep the managedFields when printing objects in JSON or YAML.',
  }),
}
