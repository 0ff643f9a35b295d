/**
 * What is in an executable of Bun, as LICENSE.md in its source tells (read at commit 09015d91). When Bun is renewed, read it
 * again.
 */
export const listedFor = '1.4.5'

export interface Linked {
  name: string
  /** SPDX; undefined for one that has several, for its files. */
  licence?: string
  url: string
}

/** Linked into Bun: the parts whose authors want to be named. */
export const linkedIntoBun: readonly Linked[] = [
  { name: 'JavaScriptCore', licence: 'LGPL-2.0-or-later', url: 'https://github.com/oven-sh/WebKit' },
  { name: 'boringssl', url: 'https://boringssl.googlesource.com/boringssl/' },
  { name: 'brotli', licence: 'MIT', url: 'https://github.com/google/brotli' },
  { name: 'libarchive', url: 'https://github.com/libarchive/libarchive' },
  { name: 'lol-html', licence: 'BSD-3-Clause', url: 'https://github.com/cloudflare/lol-html' },
  { name: 'ls-hpack', licence: 'MIT', url: 'https://github.com/litespeedtech/ls-hpack' },
  { name: 'ls-qpack', licence: 'MIT', url: 'https://github.com/litespeedtech/ls-qpack' },
  { name: 'lsquic', licence: 'MIT AND BSD-3-Clause', url: 'https://github.com/litespeedtech/lsquic' },
  { name: 'mimalloc', licence: 'MIT', url: 'https://github.com/microsoft/mimalloc' },
  { name: 'picohttpparser', licence: 'MIT', url: 'https://github.com/h2o/picohttpparser' },
  { name: 'zstd', licence: 'BSD-3-Clause OR GPL-2.0-only', url: 'https://github.com/facebook/zstd' },
  { name: 'simdutf', licence: 'Apache-2.0', url: 'https://github.com/simdutf/simdutf' },
  { name: 'tinycc', licence: 'LGPL-2.1-only', url: 'https://github.com/tinycc/tinycc' },
  { name: 'uSockets', licence: 'Apache-2.0', url: 'https://github.com/uNetworking/uSockets' },
  { name: 'uWebSockets', licence: 'Apache-2.0', url: 'https://github.com/jarred-sumner/uwebsockets' },
  { name: 'zlib-ng', licence: 'Zlib', url: 'https://github.com/zlib-ng/zlib-ng' },
  { name: 'c-ares', licence: 'MIT', url: 'https://github.com/c-ares/c-ares' },
  { name: 'icu', url: 'https://github.com/unicode-org/icu' },
  { name: 'base64', licence: 'BSD-2-Clause', url: 'https://github.com/aklomp/base64' },
  { name: 'libuv', licence: 'MIT', url: 'https://github.com/libuv/libuv' },
  { name: 'libdeflate', licence: 'MIT', url: 'https://github.com/ebiggers/libdeflate' },
  {
    name: 'libjpeg-turbo',
    licence: 'IJG AND BSD-3-Clause AND Zlib',
    url: 'https://github.com/libjpeg-turbo/libjpeg-turbo',
  },
  { name: 'libspng', licence: 'BSD-2-Clause', url: 'https://github.com/randy408/libspng' },
  { name: 'libwebp', licence: 'BSD-3-Clause', url: 'https://github.com/webmproject/libwebp' },
  { name: 'highway', licence: 'Apache-2.0', url: 'https://github.com/google/highway' },
  { name: 'uucode', licence: 'MIT', url: 'https://github.com/jacobsandlund/uucode' },
  { name: 'tigerbeetle', licence: 'Apache-2.0', url: 'https://github.com/tigerbeetle/tigerbeetle' },
  {
    name: 'libc++abi',
    licence: 'Apache-2.0 WITH LLVM-exception',
    url: 'https://github.com/llvm/llvm-project',
  },
]

/** Sources of packages, all under MIT, that Bun gives to programs for browsers. */
export const polyfills: readonly string[] = [
  'acorn',
  'acorn-walk',
  'assert',
  'browserify-zlib',
  'buffer',
  'constants-browserify',
  'crypto-browserify',
  'domain-browser',
  'events',
  'https-browserify',
  'os-browserify',
  'path-browserify',
  'process',
  'punycode',
  'querystring-es3',
  'stream-browserify',
  'stream-http',
  'string_decoder',
  'timers-browserify',
  'tty-browserify',
  'url',
  'util',
  'vm-browserify',
]
