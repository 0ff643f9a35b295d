import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseProxy, isExempt } from '../../../src/cluster/proxy/choose.ts'

describe('NO_PROXY', () => {
  it.each([
    ['', 'api.example.com', '443', false],
    ['*', 'api.example.com', '443', true],
    ['example.com', 'example.com', '443', true],
    ['example.com', 'api.example.com', '443', true],
    ['example.com', 'badexample.com', '443', false],
    ['.example.com', 'api.example.com', '443', true],
    ['.example.com', 'example.com', '443', false],
    ['*.example.com', 'api.example.com', '443', true],
    ['*.example.com', 'example.com', '443', false],
    ['EXAMPLE.com', 'Api.Example.COM', '443', true],
    ['other, example.com ', 'example.com', '443', true],
    ['example.com:6443', 'example.com', '6443', true],
    ['example.com:6443', 'example.com', '443', false],
    ['10.0.0.1', '10.0.0.1', '443', true],
    ['10.0.0.1:443', '10.0.0.1', '443', true],
    ['10.0.0.1', '10.0.0.11', '443', false],
    ['10.0.0.0/8', '10.200.3.4', '443', true],
    ['10.0.0.0/8', '11.0.0.1', '443', false],
    ['10.0.0.0/8', 'ten.example.com', '443', false],
    ['10.0.0.0/99', '10.0.0.1', '443', false],
    ['fd00::/8', '[fd12::1]', '443', true],
    ['[fd12::1]:443', 'fd12::1', '443', true],
    ['fd12::1', '[fd12::1]', '443', true],
    ['', 'localhost', '443', true],
    ['', '127.8.9.10', '443', true],
    ['', '[::1]', '443', true],
    [',,:', 'example.com', '443', false],
  ])('%j and %s:%s', (noProxy, host, port, expected) => {
    expect(isExempt(noProxy, host, port)).toBe(expected)
  })

  const octet = fc.integer({ min: 0, max: 255 })
  const address = fc.tuple(fc.integer({ min: 1, max: 126 }), octet, octet, octet)

  it('exempts exactly the addresses of a range', () => {
    const number = (parts: number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0)
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (host, network, prefix) => {
        const size = 2 ** (32 - prefix)
        const inside = Math.floor(number(host) / size) === Math.floor(number(network) / size)
        expect(isExempt(`${network.join('.')}/${prefix}`, host.join('.'), '443')).toBe(inside)
      }),
    )
  })

  it('never throws, and more entries never exempt less', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.domain(), (some, more, host) => {
        const alone = isExempt(some, host, '443')
        expect(isExempt(`${some},${more}`, host, '443') || !alone).toBe(true)
      }),
    )
  })

  it('exempts a domain and whatever is below it', () => {
    fc.assert(
      fc.property(fc.domain(), fc.stringMatching(/^[a-z]{1,8}$/), (domain, label) => {
        expect(isExempt(domain, `${label}.${domain}`, '443')).toBe(true)
        expect(isExempt(`.${domain}`, domain, '443')).toBe(false)
      }),
    )
  })
})

describe('choosing a proxy', () => {
  const https = new URL('https://api.example.com:6443')
  const http = new URL('http://api.example.com')

  it('goes by the server’s scheme, upper case first, with http as the default scheme', () => {
    expect(
      chooseProxy(https, undefined, { HTTPS_PROXY: 'proxy:3128', https_proxy: 'http://low' })?.href,
    ).toBe('http://proxy:3128/')
    expect(chooseProxy(https, undefined, { https_proxy: 'http://low' })?.href).toBe('http://low/')
    expect(chooseProxy(https, undefined, { HTTP_PROXY: 'http://plain' })).toBeUndefined()
    expect(chooseProxy(http, undefined, { HTTP_PROXY: 'http://plain' })?.href).toBe('http://plain/')
  })

  it('heeds NO_PROXY for the environment’s proxy, not for the kubeconfig’s', () => {
    const env = { HTTPS_PROXY: 'http://env', no_proxy: 'example.com' }
    expect(chooseProxy(https, undefined, env)).toBeUndefined()
    expect(chooseProxy(https, 'socks5://cluster', env)?.href).toBe('socks5://cluster')
  })

  it('refuses what it cannot use', () => {
    expect(() => chooseProxy(https, 'ftp://x', {})).toThrow(
      `error: invalid 'proxy-url' "ftp://x": unsupported scheme, must be http, https, or socks5`,
    )
  })
})
