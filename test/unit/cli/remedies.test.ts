import { expect, test } from 'vitest'
import { globalFlags } from '../../../src/cli/flags/global.ts'
import { hintText } from '../../../src/cli/remedies.ts'
import { commands } from '../../../src/commands/index.ts'
import type { Remedy } from '../../../src/model/common/user-error.ts'

/** For each remedy the commands whose users read it, and facts that it is shown with: none where a remedy has none. */
const shown: {
  [Name in Remedy['remedy']]: readonly [verbs: string, ...Omit<Extract<Remedy, { remedy: Name }>, 'remedy'>[]]
} = {
  force: ['enable'],
  'take-over-fields': ['enable disable external', { declared: undefined }, { declared: 'helm' }],
  'edit-manifest': ['enable disable'],
  'namespace-of-object': ['enable disable', { namespace: 'shop' }],
  'read-folders-below': ['explain enable disable'],
  adopt: ['external', { how: 'take them over' }],
  'replace-kept': ['external'],
  'wait-for-address': ['external', { waited: true }, { waited: false }],
  'give-addresses': ['external'],
  'give-ports': ['external'],
  'name-port': [
    'probe',
    { port: 'port 80', example: '80' },
    { port: 'port 80', example: '80', by: 'node-port' },
  ],
  'match-port': ['external'],
  'use-node-ports': ['external'],
  'use-load-balancer': ['external'],
  'other-namespace': ['external'],
  'keep-following': ['external'],
  'list-objects': [
    'external',
    { kind: 'services', namespace: 'shop', context: undefined },
    { kind: 'services', namespace: 'shop', context: 'old' },
  ],
  'measure-itself': ['probe', { command: 'kubectl affinity enable svc/web' }],
  'longer-start': ['probe'],
  'made-pod': ['probe'],
  'pod-network': ['probe'],
  'image-with-node': ['probe', { what: 'an image with Node is needed' }],
  'reachable-image': ['demo'],
  'usable-image': ['probe'],
  'other-image': ['probe'],
  'say-host': ['probe'],
  'say-address': ['probe'],
  'ask-in-mesh': ['probe'],
  'say-datagram': ['probe'],
  'say-clients': ['probe'],
  'enter-from-outside': ['probe'],
  'enter-by': ['probe', { ways: ['node-port', 'dns'] }],
  'identify-by-log': ['probe'],
  'identify-by-any': ['probe'],
  'by-cookie': ['enable'],
  'rather-by-cookie': ['enable'],
  'by-address': ['enable'],
  'leave-who-out': ['enable'],
  'say-cookie-name': ['enable'],
  'say-cookie-instead': ['enable'],
  'say-which-instead': ['enable'],
  'another-name': ['enable'],
  'by-the-cookie': ['enable', { name: 'route' }],
  'leave-parts-out': [
    'enable',
    { parts: ['ttlSeconds', 'path', 'domain', 'secure', 'sameSite', 'persistent'] },
  ],
  'one-after-the-other': ['enable', { service: 'web', by: 'traefik', number: 2 }],
  'say-who': ['enable', { by: 'traefik' }],
  'name-receiver': ['enable', { from: 'ingress/web' }],
  'name-mechanism': ['enable', { of: 'ingress/web' }],
}

/** The flags of each command, as they are typed. */
const flagsOf = new Map(
  await Promise.all(
    commands.map(async ({ name, load }) => {
      const flags = Object.entries({ ...globalFlags, ...(await load()).flags })
      return [name, new Set(flags.flatMap(([long, { char }]) => [`--${long}`, `-${char ?? ''}`]))] as const
    }),
  ),
)

/** kubectl's own words. */
const sentences: ReadonlySet<string> = new Set(['namespace-of-object'])

test.each(Object.entries(shown))('%s names flags of the command that shows it', (remedy, row) => {
  const [verbs, ...facts] = row
  for (const one of facts.length === 0 ? [{}] : facts) {
    const text = hintText({ remedy, ...one } as Remedy)
    expect(text).toMatch(sentences.has(remedy) ? /^\S.*\.$/ : /^\S.*[^\s.]$/)
    expect(text).not.toContain('undefined')
    const named = text.match(/(?<![\w-])--?[a-zA-Z][a-z-]*/g) ?? []
    expect(named, text).not.toStrictEqual([])
    for (const verb of verbs.split(' '))
      expect(
        named.filter((flag) => !flagsOf.get(verb)!.has(flag)),
        `${verb}: ${text}`,
      ).toStrictEqual([])
  }
})
