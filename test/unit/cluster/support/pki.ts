import {
  alternativeNames,
  certificate,
  isAuthority,
  type Issued,
  keyPem,
  newKeys,
} from '../../../../src/sandbox/network/certificate.ts'

/** A certificate authority for servers and clients on loopback, made anew for each run: no keys in the repository. */
export interface Authority {
  /** PEM */
  cert: string
  issue(options: CertificateOptions): Issued
}

interface CertificateOptions {
  commonName: string
  dnsNames?: string[]
  ipAddresses?: string[]
  expired?: boolean
}

export function makeAuthority(issuer: string): Authority {
  const { publicKey, privateKey: issuerKey } = newKeys()
  const common = { issuer, issuerKey, validFrom: -2 }
  return {
    cert: certificate({
      ...common,
      subject: issuer,
      publicKey,
      extensions: [isAuthority],
      validTo: 30,
    }),
    issue({ commonName: subject, dnsNames = [], ipAddresses = [], expired = false }) {
      const { publicKey, privateKey } = newKeys()
      const extensions =
        dnsNames.length + ipAddresses.length > 0 ? [alternativeNames(dnsNames, ipAddresses)] : []
      const cert = certificate({ ...common, subject, publicKey, extensions, validTo: expired ? -1 : 30 })
      return { cert, key: keyPem(privateKey) }
    },
  }
}
