/** What a rule of an IngressRoute asks for, in the syntax of Traefik 2 and 3. */

/** `Host(`shop.example`)`, or not so. */
interface Matcher {
  /** In lower case: Traefik minds no case of it. */
  name: string
  values: readonly string[]
  isNot: boolean
  text: string
}

/** What all has to hold together. A rule is some of these, of which one has to hold. */
export interface Alternative {
  text: string
  /** `*` where none is asked for; absent where a pattern or an exception tells. */
  host?: string
  /** A path or the beginning of one; absent for all of them. */
  path?: string
  /** It asks for no more than the host and the path. */
  isPlain: boolean
}

/** More than these no rule that somebody wrote has: alternatives, and words of a rule. */
const most = 64
const mostTokens = 1000

/** The alternatives of a rule; one that nothing is known of where it cannot be read, which Traefik refuses. */
export function alternativesOf(match: string): readonly Alternative[] {
  const tokens = [
    ...match.matchAll(/\s*(&&|\|\||!|\(|\)|\w+\s*\((?:\s*(?:`[^`]*`|"[^"]*")(?:\s*,)?)*\s*\))/gy),
  ]
  const read = new Reader(tokens.map(([, token = '']) => token))
  const length = tokens.reduce((sum, [whole]) => sum + whole.length, 0)
  const isWhole = match.slice(length).trim() === '' && tokens.length <= mostTokens
  const found = isWhole ? read.all() : undefined
  const all = found === undefined || found.length > most ? undefined : found.flatMap(byValue)
  if (all === undefined || all.length > most) return [{ text: match, isPlain: false }]
  return all.map((one) => alternative(one, all.length === 1 ? match : undefined))
}

/** Reads alternatives of matchers; undefined for what is no rule. */
class Reader {
  readonly #tokens: string[]

  constructor(tokens: string[]) {
    this.#tokens = tokens
  }

  all(): Matcher[][] | undefined {
    const found = this.#either(false)
    return this.#tokens.length === 0 ? found : undefined
  }

  /** Of what is not so, `&&` and `||` change their places. */
  #either(isNot: boolean): Matcher[][] | undefined {
    return this.#chain('||', isNot, () => this.#chain('&&', isNot, () => this.#one(isNot)))
  }

  #chain(sign: '&&' | '||', isNot: boolean, next: () => Matcher[][] | undefined): Matcher[][] | undefined {
    let found = next()
    while (found !== undefined && this.#tokens[0] === sign) {
      this.#tokens.shift()
      const more = next()
      if (more === undefined) return undefined
      found =
        (sign === '||') === isNot
          ? found.flatMap((one) => more.map((other) => [...one, ...other])).slice(0, most + 1)
          : [...found, ...more]
    }
    return found
  }

  #one(isNot: boolean): Matcher[][] | undefined {
    const token = this.#tokens.shift()
    if (token === '!') return this.#one(!isNot)
    if (token === '(') {
      const found = this.#either(isNot)
      return this.#tokens.shift() === ')' ? found : undefined
    }
    const [, name] = /^(\w+)\s*\(/.exec(token ?? '') ?? []
    if (name === undefined || token === undefined) return undefined
    const values = [...token.matchAll(/`([^`]*)`|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '')
    return [[{ name: name.toLowerCase(), values, isNot, text: `${isNot ? '!' : ''}${token}` }]]
  }
}

/** In Traefik 2 a host or a path may have several values, of which one has to be met. */
function byValue(all: readonly Matcher[]): Matcher[][] {
  return all.reduce<Matcher[][]>(
    (found, matcher) => {
      const isList = matcher.values.length > 1 && !matcher.isNot && isHostOrPath(matcher)
      const each = isList ? matcher.values.map((value) => withValue(matcher, value)) : [matcher]
      return found.flatMap((before) => each.map((one) => [...before, one])).slice(0, most + 1)
    },
    [[]],
  )
}

function withValue(matcher: Matcher, value: string): Matcher {
  return { ...matcher, values: [value], text: `${/^\w+/.exec(matcher.text)?.[0]}(\`${value}\`)` }
}

const isHost = ({ name }: Matcher): boolean => name === 'host' || name === 'hostheader'
const isPath = ({ name }: Matcher): boolean => name === 'path' || name === 'pathprefix'
const isHostOrPath = (one: Matcher): boolean => isHost(one) || isPath(one)

function alternative(all: readonly Matcher[], whole: string | undefined): Alternative {
  const hosts = all.filter((one) => isHost(one) && !one.isNot)
  const paths = all.filter((one) => isPath(one) && !one.isNot)
  const [host] = hosts.map(({ values }) => values[0]?.toLowerCase())
  const [path] = paths.map(({ values }) => values[0])
  const isOpen = all.some(({ name, isNot }) => name === 'hostregexp' || (isNot && name.startsWith('host')))
  const isPattern = path?.includes('{') === true
  const isPlain =
    hosts.length <= 1 && paths.length <= 1 && hosts.length + paths.length === all.length && !isPattern
  return {
    text: whole ?? all.map(({ text }) => text).join(' && '),
    ...(host === undefined && isOpen ? {} : { host: host ?? '*' }),
    ...(path === undefined || isPattern ? {} : { path }),
    isPlain,
  }
}
