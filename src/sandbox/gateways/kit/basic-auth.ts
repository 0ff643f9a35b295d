import { createHash } from 'node:crypto'
import { at, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { AskedRequest } from './proxy.ts'

/**
 * Whether who asks is among the users of a Secret, whichever its key is: lines of htpasswd, of which those with `{SHA}` are
 * known.
 */
export function isKnownUser(
  store: ObjectStore,
  namespace: string,
  secret: string,
  asked: AskedRequest,
): boolean {
  const [, said = ''] = /^Basic (.+)$/i.exec(asked.headers.authorization ?? '') ?? []
  const [user = '', ...rest] = Buffer.from(said, 'base64').toString().split(':')
  const line = `${user}:{SHA}${createHash('sha1').update(rest.join(':')).digest('base64')}`
  const [users] = Object.values(at(store.find(types.secrets, namespace, secret), 'data') ?? {})
  return Buffer.from(String(users ?? ''), 'base64')
    .toString()
    .split(/\r?\n/)
    .includes(line)
}
