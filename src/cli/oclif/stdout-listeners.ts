/** Who listened for failures of standard output when this was loaded; imported before oclif, see oclif-command.ts. */
export const listenersBefore: readonly unknown[] = process.stdout.listeners('error')
