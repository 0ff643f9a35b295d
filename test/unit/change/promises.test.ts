import { describe, expect, it } from 'vitest'
import { editOthers } from '../../../src/change/manifest/others.ts'
import { changes } from '../../../src/mechanisms/changes.ts'
import type { ChangeRequest, CookieWish, Wish } from '../../../src/model/affinity/change.ts'
import { sticks } from '../../../src/model/affinity/policy.ts'
import { UserError } from '../../../src/model/common/user-error.ts'
import { explainedText } from '../mechanisms/explained.ts'
import { type Promised, promises } from './promised.ts'

const parts = {
  ttlSeconds: 3600,
  path: '/app',
  domain: 'shop.example',
  secure: true,
  sameSite: 'Lax',
  persistent: true,
} as const satisfies Partial<CookieWish>

type Part = keyof typeof parts

/** A cookie with none of its parts, with each, with each two of them, and with all. */
function wishes(name: string): Wish[] {
  const names = Object.keys(parts) as Part[]
  const pairs = names.flatMap((one, index) => names.slice(index).map((other) => [one, other]))
  const cookies = [[], ...pairs, names].map((chosen): Wish => {
    const given = new Set(chosen)
    return { kind: 'cookie', name, ...Object.fromEntries([...given].map((part) => [part, parts[part]])) }
  })
  return [...cookies, { kind: 'header', name: 'X-User' }, { kind: 'source-ip' }]
}

function isPromised(wish: Wish, { can, hashes = [], isByAddressOnly = false }: Promised): boolean {
  if (wish.kind !== 'cookie') return hashes.includes(wish.kind)
  if (isByAddressOnly) return false
  return (Object.keys(parts) as Part[]).every((part) => wish[part] === undefined || can.includes(part))
}

/** How often a text has a word, in whichever case. */
const timesOf = (word: string, text: string): number =>
  text.toLowerCase().split(word.toLowerCase()).length - 1

/** The text after a request; undefined where it is refused. */
function edited(text: string, request: ChangeRequest, by: string): string | undefined {
  try {
    return editOthers([{ name: 'x.yaml', text, named: true }], { request, with: by }).text
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** What the ways from outside stick on by what this mechanism does. */
async function keptBy(text: string, { entry = 'host' }: Promised): Promise<unknown[]> {
  const { explanations } = await explainedText(text)
  const all = explanations
    .flatMap(({ paths }) => paths)
    .filter((path) => path.entry.kind === entry)
    .map(({ hops }) => hops.map(({ policy }) => policy).find((one) => sticks(one) === true))
  return [...new Set(all.map((one) => JSON.stringify(one)))].map(
    (one) => JSON.parse(one ?? 'null') as unknown,
  )
}

const clientAddress = /^(client address|\$remote_addr|\$binary_remote_addr|.*address.*)$/

function expected(wish: Wish, { fixed = {} }: Promised): unknown {
  if (wish.kind === 'source-ip') return { kind: 'hash', of: expect.stringMatching(clientAddress) }
  if (wish.kind === 'header')
    return expect.toSatisfy((policy: { kind: string; name?: string; of?: string }) =>
      policy.kind === 'header' ? policy.name === 'X-User' : policy.of === '$http_x_user',
    )
  const { name, path, ttlSeconds, secure } = wish
  const all = { kind: 'cookie', name, ...(path === undefined ? {} : { path }), ttlSeconds, secure, ...fixed }
  return expect.objectContaining(
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
  )
}

describe('what enable promises', () => {
  it('is known of every mechanism', () => {
    expect(new Set(promises.map(({ by }) => by))).toStrictEqual(new Set(changes.map(({ name }) => name)))
  })

  it.each(promises)('$what of $by: explain says it, and disable gives the text of before', async (one) => {
    const { by, text, name = 'route' } = one
    for (const wish of wishes(name)) {
      const after = edited(text, { verb: 'enable', by: wish }, by)
      const about = JSON.stringify(wish)
      expect({ about, isWritten: after !== undefined }).toStrictEqual({
        about,
        isWritten: isPromised(wish, one),
      })
      if (after === undefined) continue
      expect({ about, kept: await keptBy(after, one) }).toStrictEqual({ about, kept: [expected(wish, one)] })
      for (const part of ['domain', 'sameSite'] as const)
        if (wish.kind === 'cookie' && wish[part] !== undefined)
          expect(timesOf(parts[part], after)).toBeGreaterThan(timesOf(parts[part], text))
      expect(edited(after, { verb: 'enable', by: wish }, by)).toBe(after)
      expect(edited(after, { verb: 'disable' }, by)).toBe(text)
    }
  })

  it.each(promises.filter(({ name }) => name !== undefined))(
    '$what of $by: its cookie has no other name',
    ({ by, text }) => {
      expect(edited(text, { verb: 'enable', by: { kind: 'cookie', name: 'other' } }, by)).toBeUndefined()
    },
  )
})
