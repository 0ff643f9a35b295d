import { UserError } from '../../model/user-error.ts'

/** An object of another cluster that addresses are read from. */
export interface FromRef {
  kind: 'service' | 'gateway' | 'ingress'
  name: string
  /** As it is shown: `svc/backend1-lb`. */
  text: string
}

const kinds: Readonly<Record<string, FromRef['kind']>> = {
  service: 'service',
  services: 'service',
  svc: 'service',
  gateway: 'gateway',
  gateways: 'gateway',
  gtw: 'gateway',
  ingress: 'ingress',
  ingresses: 'ingress',
  ing: 'ingress',
}

const short = { service: 'svc', gateway: 'gateway', ingress: 'ingress' } as const

/** `svc/x`, `gateway/x`, `ingress/x`, several with commas. Throws UserError (usage) for anything else. */
export function parseFrom(texts: readonly string[]): FromRef[] {
  const refs = texts.flatMap((text) => text.split(',')).map((text) => parseOne(text))
  const twice = refs.find(({ text }, index) => refs.findIndex((ref) => ref.text === text) < index)
  if (twice !== undefined) throw new UserError(`${twice.text} is given twice`, { exitCode: 2 })
  return refs
}

function parseOne(text: string): FromRef {
  const [, word = '', name = ''] = /^(?:([^/]+)\/)?([^/]+)$/.exec(text) ?? []
  const kind = kinds[word === '' ? 'service' : word.toLowerCase()]
  if (name !== '' && kind !== undefined) return { kind, name, text: `${short[kind]}/${name}` }
  throw new UserError(
    `invalid argument "${text}" for "--from" flag: must be svc/NAME, gateway/NAME or ingress/NAME`,
    {
      exitCode: 2,
    },
  )
}
