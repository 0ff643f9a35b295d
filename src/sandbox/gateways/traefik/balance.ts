import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../objects/store.ts'
import { anyOf, type Chooser, nameOf, type Server } from '../kit/choice/balance.ts'
import { firstCookie } from '../kit/choice/cookies.ts'
import { textAt } from '../kit/objects/loose.ts'
import type { AskedRequest, Choice } from '../kit/proxy.ts'
import { backendsOf } from '../kit/objects/services.ts'

/** A cookie that says which server or child it was. */
export interface Sticky {
  name: string
  attributes: readonly string[]
}

/** Servers of one Service. */
export interface Servers {
  name: string
  namespace: string
  service: string
  port: string | undefined
  /** To its own address instead of its pods. */
  isNative: boolean
  strategy: string
  sticky?: Sticky
}

/** Other targets, which take turns. */
interface Weighted {
  name: string
  children: readonly { target: BalanceTarget; weight: number }[]
  sticky?: Sticky
}

export type BalanceTarget = Servers | Weighted

const valueOf = (of: string): string => createHash('sha256').update(of).digest('hex').slice(0, 16)

type Means = Readonly<{ store: ObjectStore; balancer: Chooser }>

/** The server for a request, with the cookies of all levels. */
export function choose(means: Means, target: BalanceTarget, asked: AskedRequest): Choice | undefined {
  return 'children' in target ? chooseChild(means, target, asked) : chooseServer(means, target, asked)
}

function chooseChild(means: Means, { children, sticky }: Weighted, asked: AskedRequest): Choice | undefined {
  const sent = sticky && firstCookie(asked.headers.cookie, sticky.name)
  const known = children.find(({ target }) => valueOf(target.name) === sent)
  if (known !== undefined) return choose(means, known.target, asked)
  const picked = anyOf(children.flatMap((child) => Array.from({ length: child.weight }, () => child)))
  const choice = picked && choose(means, picked.target, asked)
  if (sticky === undefined || choice === undefined || picked === undefined) return choice
  return { ...choice, headers: [...(choice.headers ?? []), setCookie(sticky, valueOf(picked.target.name))] }
}

/** pkg/server/service/loadbalancer: who has no cookie that counts takes his turn, and gets one. */
function chooseServer({ store, balancer }: Means, target: Servers, asked: AskedRequest): Choice | undefined {
  const backends = backendsOf(store, target.namespace, target.service, target.port)
  if (backends === undefined) return undefined
  const { sticky, isNative, strategy } = target
  const servers = isNative ? [backends.own] : backends.ready
  // It hashes the address of the client, and looks at no cookie.
  if (strategy === 'hrw') {
    const server = balancer.hashed(target.name, servers, asked.client)
    return server && { server }
  }
  const sent = sticky && firstCookie(asked.headers.cookie, sticky.name)
  // Pods that end keep those who are with them ("fenced").
  const known = [...servers, ...(isNative ? [] : backends.draining)].find(
    (server) => serverValue(server) === sent,
  )
  if (known !== undefined) return { server: known }
  const server = ['p2c', 'leasttime'].includes(strategy)
    ? anyOf(servers)
    : balancer.next(target.name, servers)
  if (server === undefined || sticky === undefined) return server && { server }
  return { server, headers: [setCookie(sticky, serverValue(server))] }
}

const serverValue = (server: Server): string => valueOf(`http://${nameOf(server)}`)

const setCookie = ({ name: of, attributes }: Sticky, value: string): readonly [string, string] => [
  'Set-Cookie',
  [`${of}=${value}`, ...attributes].join('; '),
]

/** In the fields of a kind of its own. */
export function stickyIn(value: unknown, path: readonly string[], of: string): Sticky {
  const fields: Readonly<Record<string, string>> = {
    httponly: 'httpOnly',
    samesite: 'sameSite',
    maxage: 'maxAge',
  }
  return stickyOf((key) => textAt(value, ...path, fields[key] ?? key), of)
}

/** In the order of Go's http.Cookie. */
export function stickyOf(get: (key: string) => string | undefined, of: string): Sticky {
  const age = Number(get('maxage') ?? 0)
  const domain = get('domain')
  const sameSite = get('samesite')?.toLowerCase()
  const words: Readonly<Record<string, string>> = { lax: 'Lax', strict: 'Strict', none: 'None' }
  const madeUp = `_${createHash('sha1').update(`_TRAEFIK_BACKEND_${of}`).digest('hex').slice(0, 5)}`
  return {
    name: get('name') ?? madeUp,
    attributes: [
      `Path=${get('path') ?? '/'}`,
      ...(domain === undefined ? [] : [`Domain=${domain}`]),
      ...(age > 0 ? [`Max-Age=${age}`] : age < 0 ? ['Max-Age=0'] : []),
      ...(get('httponly') === 'true' ? ['HttpOnly'] : []),
      ...(get('secure') === 'true' ? ['Secure'] : []),
      ...(sameSite !== undefined && words[sameSite] !== undefined ? [`SameSite=${words[sameSite]}`] : []),
    ],
  }
}
