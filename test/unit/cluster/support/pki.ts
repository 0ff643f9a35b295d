import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate authority for servers and clients on loopback, made anew for each run: no keys in the repository. */
export interface Authority {
  /** PEM */
  cert: string
  issue(options: CertificateOptions): { cert: string; key: string }
}

interface CertificateOptions {
  commonName: string
  dnsNames?: string[]
  ipAddresses?: string[]
  expired?: boolean
}

const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...size), content])
}
const sequence = (...parts: Uint8Array[]): Buffer => tlv(0x30, ...parts)
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
const time = (date: Date): Buffer => tlv(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')))
const name = (commonName: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(commonName)))))
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), tlv(0x04, value))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const days = (count: number): Date => new Date(Date.now() + count * 86_400_000)

export function makeAuthority(commonName: string): Authority {
  const keys = newKeys()
  const isAuthority = extension('551d13', sequence(tlv(0x01, Uint8Array.of(0xff))))
  return {
    cert: certificate(commonName, commonName, keys.publicKey, keys.privateKey, [isAuthority], false),
    issue({ commonName: subject, dnsNames = [], ipAddresses = [], expired = false }) {
      const { publicKey, privateKey } = newKeys()
      const names = [
        ...dnsNames.map((dns) => tlv(0x82, Buffer.from(dns))),
        ...ipAddresses.map((ip) => tlv(0x87, Uint8Array.from(ip.split('.'), Number))),
      ]
      const extensions = names.length > 0 ? [extension('551d11', sequence(...names))] : []
      return {
        cert: certificate(commonName, subject, publicKey, keys.privateKey, extensions, expired),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

function certificate(
  issuer: string,
  subject: string,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  extensions: Uint8Array[],
  expired: boolean,
): string {
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Uint8Array.of(2))),
    tlv(0x02, Uint8Array.of(1), randomBytes(8)),
    ecdsaWithSha256,
    name(issuer),
    sequence(time(days(-2)), time(days(expired ? -1 : 30))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  )
  const signature = tlv(0x03, Uint8Array.of(0), sign('sha256', toBeSigned, issuerKey))
  const base64 = sequence(toBeSigned, ecdsaWithSha256, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}
