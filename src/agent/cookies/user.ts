import type { CookiePlace, SetCookie } from '../../model/probe/cookies/cookie.ts'
import { describeCookie, labelOf } from './describe.ts'
import { CookieJar } from './jar.ts'

export interface CookieHabits {
  keeps: boolean
  pastEnd?: boolean | undefined
  without?: string | undefined
  salt: string
  shown?: ReadonlySet<string>
}

/** What one simulated user does with cookies: keeps them, or only looks at them. */
export class CookieUser {
  readonly #jar: CookieJar | undefined
  readonly #salt: string
  readonly #shown: ReadonlySet<string> | undefined
  readonly #without: string | undefined
  #set: SetCookie[] = []
  /** Once what was sent again after a redirect, and twice what one request sent of two paths. */
  #sent: string[] = []

  /**
   * @param user.shown the cookies of proxies whose values are told; none unless there is one
   * @param user.without the name of one that is kept and not sent
   */
  constructor({ keeps, pastEnd, without, salt, shown }: CookieHabits) {
    this.#without = without
    this.#shown = shown === undefined || shown.size === 0 ? undefined : shown
    this.#jar = keeps ? new CookieJar({ pastEnd: pastEnd === true }) : undefined
    this.#salt = salt
  }

  /** What was set and sent since this was called before. */
  report(): { cookies?: SetCookie[]; cookiesSent?: string[] } {
    const cookies = this.#set
    const cookiesSent = this.#sent
    this.#set = []
    this.#sent = []
    return {
      ...(cookies.length === 0 ? {} : { cookies }),
      ...(cookiesSent.length === 0 ? {} : { cookiesSent }),
    }
  }

  /** The header of a request, `Cookie: a=1; b=2` and its line end, or nothing. */
  header(place: CookiePlace, nowMs: number): string {
    const cookies = (this.#jar?.cookiesFor(place, nowMs) ?? []).filter(
      ({ name }) => labelOf(name) !== this.#without,
    )
    if (cookies.length === 0) return ''
    const names = cookies.map(({ name }) => labelOf(name))
    this.#sent.push(...names.filter((name, at) => names.indexOf(name) < at || !this.#sent.includes(name)))
    return `Cookie: ${cookies.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ')}\r\n`
  }

  /** Takes in what an answer sets. */
  read(headers: readonly (readonly [string, string])[], place: CookiePlace, nowMs: number): void {
    for (const [name, value] of headers) {
      if (name !== 'set-cookie') continue
      const taken = (this.#jar ?? new CookieJar()).take(value, place, nowMs)
      if (taken !== undefined) this.#set.push(describeCookie(taken, this.#salt, nowMs, this.#shown))
    }
  }
}
