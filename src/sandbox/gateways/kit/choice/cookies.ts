/** A cookie as a client sends it. */
export interface SentCookie {
  name: string
  value: string
}

/** The cookies of a request in the order in which they came; quotes around a value are no part of it. */
export function cookiesOf(header: string | undefined): SentCookie[] {
  return (header ?? '').split(';').flatMap((part) => {
    const [, name, value = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(part) ?? []
    return name === undefined ? [] : [{ name, value: value.replace(/^"(.*)"$/, '$1') }]
  })
}

/** The first cookie of a name, as Envoy and Go read it. */
export function firstCookie(header: string | undefined, name: string): string | undefined {
  return cookiesOf(header).find((one) => one.name === name)?.value
}

/** The last one, which is what is left in a table by name. */
export function lastCookie(header: string | undefined, name: string): string | undefined {
  return cookiesOf(header).findLast((one) => one.name === name)?.value
}
