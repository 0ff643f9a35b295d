import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate and its key, in PEM. */
export interface Issued {
  cert: string
  key: string
}

interface CertificateRequest {
  /** Common names. */
  issuer: string
  subject: string
  publicKey: KeyObject
  issuerKey: KeyObject
  extensions: readonly Uint8Array[]
  /** Days from now, negative for the past. */
  validFrom: number
  validTo: number
}

// DER, as X.690 has it, and the parts of RFC 5280 that a server's certificate needs.
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

/** The extension of a certificate that may issue others. */
export const isAuthority: Uint8Array = extension('551d13', sequence(tlv(0x01, Uint8Array.of(0xff))))

/** The extension with what a server is called by: DNS names and IPv4 addresses. */
export function alternativeNames(dnsNames: readonly string[], addresses: readonly string[]): Uint8Array {
  const dns = dnsNames.map((word) => tlv(0x82, Buffer.from(word)))
  const ips = addresses.map((address) => tlv(0x87, Uint8Array.from(address.split('.'), Number)))
  return extension('551d11', sequence(...dns, ...ips))
}

export const newKeys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A certificate in PEM. */
export function certificate(request: CertificateRequest): string {
  const { issuer, subject, publicKey, issuerKey, extensions, validFrom, validTo } = request
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Uint8Array.of(2))),
    tlv(0x02, Uint8Array.of(1), randomBytes(8)),
    ecdsaWithSha256,
    name(issuer),
    sequence(time(days(validFrom)), time(days(validTo))),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  )
  const signature = tlv(0x03, Uint8Array.of(0), sign('sha256', toBeSigned, issuerKey))
  const base64 = sequence(toBeSigned, ecdsaWithSha256, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** One that vouches for itself. Made anew for each sandbox and valid for a week: nothing of it is worth keeping. */
export function selfSigned(commonName: string, address: string): Issued {
  const { publicKey, privateKey } = newKeys()
  const cert = certificate({
    issuer: commonName,
    subject: commonName,
    publicKey,
    issuerKey: privateKey,
    extensions: [isAuthority, alternativeNames([], [address])],
    validFrom: -1,
    validTo: 7,
  })
  return { cert, key: keyPem(privateKey) }
}
