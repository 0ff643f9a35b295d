import type { TargetRef } from '../affinity/target.ts'
import { shellWord } from '../common/words/shell.ts'

/** What a command can be asked for, with the flag that asks for it: what has no more to say is `true`. */
const flags = {
  adopt: '--adopt',
  all: '--all',
  context: '--context',
  cookie: '--cookie',
  file: '-f',
  from: '--from',
  header: '--header',
  kustomization: '-k',
  list: '--list',
  namespace: '-n',
  path: '--path',
  port: '--port',
  protocol: '--protocol',
  secure: '--secure',
  selector: '-l',
  send: '--send',
  sourceIp: '--source-ip',
  timeout: '--timeout',
  to: '--to',
  ttl: '--ttl',
  via: '--via',
  with: '--with',
} as const

/** What a command is asked for; what is undefined or not so is left out. */
export type Options = { readonly [Fact in keyof typeof flags]?: string | number | boolean | undefined }

/** `svc/web`, `ingress/shop`: what names the target again. */
export function targetWord({ kind, name }: Pick<TargetRef, 'kind' | 'name'>): string {
  // Nobody types "service".
  return `${kind === 'service' ? 'svc' : kind}/${name}`
}

/** `service/web`, as kubectl prints it. */
export function targetName({ kind, name }: Pick<TargetRef, 'kind' | 'name'>): string {
  return `${kind}/${name}`
}

/**
 * A command line for users, about one target: `kubectl affinity enable svc/web -n shop --timeout 30m`. The only place
 * that writes one, so that what is printed can be typed. `more` are options, and further words as they are to be typed.
 */
export function commandFor(verb: string, target: TargetRef, ...more: readonly (string | Options)[]): string {
  return commandLine(verb, targetWord(target), { namespace: target.namespace }, ...more)
}

/** The same for a command about something else. */
export function commandLine(verb: string, ...words: readonly (string | Options)[]): string {
  const typed = words.flatMap((word) => (typeof word === 'string' ? word : flagsFor(word)))
  return ['kubectl affinity', verb, ...typed].filter((word) => word !== '').join(' ')
}

function flagsFor(options: Options): string[] {
  const facts = Object.entries(options) as [keyof Options, Options[keyof Options]][]
  return facts
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([fact, value]) => (value === true ? flags[fact] : `${flags[fact]} ${shellWord(String(value))}`))
}

/** A Service as a target. */
export function serviceTarget({ namespace, name }: { namespace: string; name: string }): TargetRef {
  return { kind: 'service', namespace, name }
}
