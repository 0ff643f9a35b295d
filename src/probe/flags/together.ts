import { invalidValue, UserError } from '../../model/user-error.ts'
import type { ProbeFlags } from './flags.ts'

/** Flags of which only one can be meant: each with those that it excludes. */
const exclusive: Partial<Record<keyof ProbeFlags, readonly (keyof ProbeFlags)[]>> = {
  'all-ports': ['compare', 'echo', 'port', 'what-if'],
  ca: ['insecure'],
  compare: ['echo', 'what-if'],
  during: [
    'all-ports',
    'clients',
    'compare',
    'duration',
    'echo',
    'in-pod',
    'measure-timeout',
    'requests',
    'spread',
    'via',
    'via-local',
    'watch',
    'what-if',
  ],
  echo: ['what-if'],
  clients: ['compare', 'echo', 'what-if'],
  'in-pod': [
    'all-ports',
    'ca',
    'clients',
    'compare',
    'echo',
    'host-network',
    'ip-family',
    'keep-alive',
    'measure-timeout',
    'node',
    'protocol',
    'send',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
  fingerprint: ['clients', 'compare', 'echo', 'in-pod', 'measure-timeout', 'spread', 'what-if'],
  interval: ['rate'],
  'ip-family': ['compare', 'echo', 'what-if'],
  'measure-timeout': [
    'all-ports',
    'compare',
    'duration',
    'echo',
    'expect',
    'host-network',
    'interval',
    'ip-family',
    'keep-alive',
    'rate',
    'requests',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
  node: ['spread'],
  requests: ['duration'],
  send: ['ca', 'insecure'],
  spread: ['compare', 'echo', 'what-if'],
  via: ['compare', 'echo', 'what-if'],
  'via-local': ['compare', 'echo', 'what-if'],
  watch: [
    'all-ports',
    'clients',
    'compare',
    'echo',
    'in-pod',
    'measure-timeout',
    'requests',
    'spread',
    'via',
    'via-local',
    'what-if',
  ],
}

/** Flags that say something about another one. */
const parts: Partial<Record<keyof ProbeFlags, keyof ProbeFlags>> = {
  max: 'measure-timeout',
  shadow: 'measure-timeout',
}

/** Throws UserError (usage) for flags that cannot be meant together. `--requests 0` counts as not given. */
export function refuseWhatDoesNotGoTogether(flags: ProbeFlags): void {
  refuseTogether(flags)
  if (flags.clients === 0) refuseWithoutPods(flags)
  refuseWithoutHttp(flags)
  refuseLookingIntoPods(flags)
}

/** A flag is used when it has a value other than that of one that is left out. */
function refuseTogether(flags: ProbeFlags): void {
  const isUsed = (name: keyof ProbeFlags): boolean => flags[name] !== undefined && flags[name] !== false
  for (const [name, others] of Object.entries(exclusive)) {
    const other = others.find((candidate) => isUsed(candidate))
    if (other === undefined || !isUsed(name as keyof ProbeFlags)) continue
    throw new UserError(`--${name} and --${other} cannot be used together`, { exitCode: 2 })
  }
  for (const [name, whole] of Object.entries(parts)) {
    if (isUsed(name as keyof ProbeFlags) && !isUsed(whole))
      throw new UserError(`--${name} needs --${whole}`, { exitCode: 2 })
  }
}

/** Without a client pod somebody else must ask, and what is said of client pods means nobody. */
function refuseWithoutPods(flags: ProbeFlags): void {
  if (flags['via-local'] !== true)
    throw invalidValue(
      'clients',
      '0',
      'must be at least 1 without --via-local, which makes this machine a client',
    )
  const other = (['node', 'spread', 'host-network'] as const).find(
    (name) => flags[name] !== undefined && flags[name] !== false,
  )
  if (other !== undefined)
    throw new UserError(`--clients 0 and --${other} cannot be used together`, { exitCode: 2 })
}

/** What is sent instead of HTTP, or over UDP, has no path and no headers, and is not encrypted. */
function refuseWithoutHttp(flags: ProbeFlags): void {
  const { scheme, send, protocol } = flags
  const other = send !== undefined ? '--send' : protocol === 'udp' ? '--protocol udp' : undefined
  if (other === undefined) {
    if (scheme !== 'tcp' || !flags['keep-alive']) return
    throw new UserError('--keep-alive with --scheme tcp needs --send', {
      exitCode: 2,
      hints: ['say what is asked again and again on the connection:  --send TEXT'],
    })
  }
  const first =
    scheme !== 'auto' && (scheme !== 'tcp' || protocol === 'udp')
      ? `--scheme ${scheme}`
      : flags.path !== '/'
        ? '--path'
        : flags.identify.startsWith('header:')
          ? '--identify header'
          : undefined
  if (first !== undefined)
    throw new UserError(`${first} and ${other} cannot be used together`, { exitCode: 2 })
}

/** Only the requests of one client in a pod, through the cluster IP, can be found again in the pods. */
function refuseLookingIntoPods(flags: ProbeFlags): void {
  const { identify, clients = 1 } = flags
  if (identify !== 'access-log' && identify !== 'sockets') return
  const others = ['all-ports', 'ip-family', 'measure-timeout', 'spread', 'via', 'via-local'] as const
  const other =
    clients === 1 ? others.find((name) => flags[name] !== undefined && flags[name] !== false) : 'clients'
  if (other === undefined) return
  throw new UserError(`--identify ${identify} and --${other} cannot be used together`, { exitCode: 2 })
}
