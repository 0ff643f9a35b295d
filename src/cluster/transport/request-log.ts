import type { IncomingHttpHeaders } from 'node:http'

const LONGEST_BODY = 1024
const SECRET_HEADERS = /^(authorization|cookie|set-cookie|proxy-authorization)$/i

/** What -v shows of the talk with the server, worded as kubectl's: 6 requests, 7 request headers, 8 everything. */
export class RequestLog {
  readonly #verbosity: number
  readonly #write: (line: string) => void

  constructor(verbosity: number, write: (line: string) => void) {
    this.#verbosity = verbosity
    this.#write = write
  }

  get showsBodies(): boolean {
    return this.#verbosity >= 8
  }

  request(
    method: string,
    url: string,
    headers: Readonly<Record<string, string | string[]>>,
    body: string | undefined,
  ): void {
    if (this.showsBodies && body !== undefined) this.#write(`Request Body: ${shortened(body)}`)
    if (this.#verbosity < 7) return
    this.#write(`${method} ${url}`)
    this.#headers('Request Headers:', headers)
  }

  response(
    method: string,
    url: string,
    status: string,
    headers: IncomingHttpHeaders,
    milliseconds: number,
  ): void {
    if (this.#verbosity < 6) return
    if (this.#verbosity === 6)
      this.#write(`${method} ${url} ${status} in ${Math.round(milliseconds)} milliseconds`)
    else this.#write(`Response Status: ${status} in ${Math.round(milliseconds)} milliseconds`)
    if (this.#verbosity >= 8) this.#headers('Response Headers:', headers)
  }

  body(text: string): void {
    if (this.showsBodies) this.#write(`Response Body: ${shortened(text)}`)
  }

  failure(method: string, url: string, error: unknown, milliseconds: number): void {
    if (this.#verbosity < 6) return
    this.#write(`${method} ${url}  in ${Math.round(milliseconds)} milliseconds`)
    if (error instanceof Error) this.#write(error.message)
  }

  #headers(title: string, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.#write(title)
    for (const [name, value] of Object.entries(headers)) {
      for (const one of [value ?? []].flat()) this.#write(`    ${inHeaderCase(name)}: ${masked(name, one)}`)
    }
  }
}

function masked(name: string, value: string): string {
  if (!SECRET_HEADERS.test(name)) return value
  const [scheme] = value.split(' ')
  return value.includes(' ') ? `${scheme} <masked>` : '<masked>'
}

const inHeaderCase = (name: string): string =>
  name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

function shortened(text: string): string {
  if (text.length <= LONGEST_BODY) return text
  return `${text.slice(0, LONGEST_BODY)} [truncated ${text.length - LONGEST_BODY} chars]`
}
