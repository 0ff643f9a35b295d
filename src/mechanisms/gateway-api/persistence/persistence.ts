import { parseDuration } from '../../../model/common/words/amounts.ts'
import { at, record, text } from '../../kit/objects/loose.ts'
import { defined } from '../../../model/common/values.ts'

/**
 * `sessionPersistence` of a rule or of a policy, in whichever of its spellings: up to v1.6 of the Gateway API
 * `sessionName` and `cookieConfig.lifetimeType`, from v1.7 on `cookie.name`, `cookie.lifetimeType`, `cookie.path` and
 * `header.name`; `idleTimeout` up to v1.5.
 */
export interface Persistence {
  type: 'Cookie' | 'Header'
  name?: string
  /** The field that gives the name. */
  nameField?: 'sessionName' | 'cookie.name' | 'header.name'
  isPermanent: boolean
  /** The field that says how long the cookie lives. */
  lifetimeField?: 'cookieConfig.lifetimeType' | 'cookie.lifetimeType'
  /** As it is written: `1h`. */
  absoluteTimeout?: string
  idleTimeout?: string
  /** `cookie.path`. */
  path?: string
}

/** Nothing where there is no such field. */
export function persistenceOf(value: unknown): Persistence | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const type = record(value)['type'] === 'Header' ? 'Header' : 'Cookie'
  const nameField = (['sessionName', type === 'Header' ? 'header.name' : 'cookie.name'] as const).find(
    (field) => text(at(value, field)) !== undefined,
  )
  const lifetimeField = (['cookieConfig.lifetimeType', 'cookie.lifetimeType'] as const).find(
    (field) => text(at(value, field)) !== undefined,
  )
  const name = nameField === undefined ? undefined : text(at(value, nameField))
  const absoluteTimeout = text(record(value)['absoluteTimeout'])
  const idleTimeout = text(record(value)['idleTimeout'])
  const path = text(at(value, 'cookie.path'))
  return {
    type,
    isPermanent: lifetimeField !== undefined && at(value, lifetimeField) === 'Permanent',
    ...defined({ name, nameField, lifetimeField, absoluteTimeout, idleTimeout, path }),
  }
}

/** Gateway API's own form of a duration, which knows no days (GEP-2257). */
export function isGatewayDuration(value: string): boolean {
  return /^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(value)
}

/** In whole seconds, as cookies have it; undefined for what is no duration. */
export function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined || !isGatewayDuration(duration)) return undefined
  const ms = parseDuration(duration)
  return ms === undefined ? undefined : Math.floor(ms / 1000)
}

/** Seconds in that form, whose numbers have five digits at most. */
export function gatewayDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const
  const told = parts.flatMap(([number, unit]) => (number === 0 ? [] : [`${number}${unit}`])).join('')
  return told === '' ? '0s' : told
}
