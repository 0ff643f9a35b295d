import type { LooseObject } from '../../model/cluster/object.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { onceFor } from '../kit/objects/once.ts'

/** What the annotations of ingress-nginx begin with. */
export const prefix = 'nginx.ingress.kubernetes.io/'

/** The path of an annotation, for its place in a file. */
export function fieldOf(key: string): string {
  return annotationField(prefix + key)
}

/**
 * What an annotation of ingress-nginx may hold. An annotation with another value is dropped, as if it were not there: the
 * controller checks them by default since v1.12, and its webhook refuses the Ingress (kubernetes/ingress-nginx,
 * internal/ingress/annotations/*\/main.go, v1.15.1).
 */
const allowed = {
  affinity: /^cookie$/,
  'affinity-mode': /^(balanced|persistent)$/,
  'affinity-canary-behavior': /^(sticky|legacy)$/,
  'session-cookie-name': /^[-._~a-zA-Z0-9/:]*$/,
  'session-cookie-path': /^[A-Za-z0-9\-._~/?#[\]@!$&'()*+,;=:%]*$/,
  'session-cookie-domain': /^[A-Za-z0-9_.\-:/]*$/,
  'session-cookie-samesite': /^(none|lax|strict)$/i,
  'session-cookie-secure': /^(true|false|t|f|1|0)$/i,
  'session-cookie-expires': /^(0|-?[1-9]\d*)$/,
  'session-cookie-max-age': /^(0|-?[1-9]\d*)$/,
  'session-cookie-change-on-failure': /^(true|false|t|f|1|0)$/i,
  'session-cookie-conditional-samesite-none': /^(true|false|t|f|1|0)$/i,
  'upstream-hash-by': /^[A-Za-z0-9\-_${}]*$/,
  'upstream-hash-by-subset': /^(true|false|t|f|1|0)$/i,
  'upstream-hash-by-subset-size': /^\d+$/,
  'service-upstream': /^(true|false|t|f|1|0)$/i,
  'use-regex': /^(true|false|t|f|1|0)$/i,
  'rewrite-target': /.*/,
  canary: /^(true|false|t|f|1|0)$/i,
  'canary-weight': /^\d+$/,
  'canary-weight-total': /^\d+$/,
  'canary-by-header': /.*/,
  'canary-by-cookie': /.*/,
} as const

export type Key = keyof typeof allowed

export const keys = Object.keys(allowed) as Key[]

/** Whether a hash is of the address of a client. */
export function hashesAddress(annotations: Readonly<Record<string, string>>): boolean {
  return /\$\{?(binary_)?remote_addr\b/.test(annotations[`${prefix}upstream-hash-by`] ?? '')
}

/** An annotation that is not what its key allows. */
export interface Dropped {
  key: Key
  value: string
}

/** The annotations of an Ingress as the controller takes them. */
export interface Settings {
  get(key: Key): string | undefined
  is(key: Key): boolean
  number(key: Key): number | undefined
  dropped: readonly Dropped[]
}

export const settingsOf = onceFor((object: LooseObject): Settings => {
  const values = new Map<Key, string>()
  const dropped: Dropped[] = []
  const annotations = annotationsOf(object)
  for (const key of keys) {
    const value = annotations[`${prefix}${key}`]
    if (value === undefined) continue
    if (allowed[key].test(value)) values.set(key, value)
    else dropped.push({ key, value })
  }
  return {
    get: (key) => values.get(key),
    is: (key) => /^(true|t|1)$/i.test(values.get(key) ?? ''),
    number: (key) => {
      const text = values.get(key)
      return text === undefined ? undefined : Number(text)
    },
    dropped,
  }
})
