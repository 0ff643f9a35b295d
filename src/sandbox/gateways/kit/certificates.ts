import { X509Certificate } from 'node:crypto'
import { type Issued, selfSigned } from '../../network/certificate.ts'
import { types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { matchesHost, weightOfHost } from './hosts.ts'
import { textAt } from './objects/loose.ts'

/** For which host a gateway is known by which Secret. */
export interface CertificateUse {
  host: string | undefined
  namespace: string
  secret: string
}

/** The certificate for a name, of the most exact host that has one. */
export function certificateFor(
  store: ObjectStore,
  uses: readonly CertificateUse[],
  name: string,
): Issued | undefined {
  const own = uses
    .filter(({ host }) => matchesHost(host, name.toLowerCase()))
    .toSorted((a, b) => weightOfHost(b.host) - weightOfHost(a.host))
  return own
    .map(({ namespace, secret }) => issuedIn(store, namespace, secret))
    .find((one) => one !== undefined)
}

function issuedIn(store: ObjectStore, namespace: string, name: string): Issued | undefined {
  const secret = store.find(types.secrets, namespace, name)
  const [cert, key] = ['tls.crt', 'tls.key'].map((part) =>
    Buffer.from(textAt(secret, 'data', part) ?? '', 'base64').toString(),
  )
  return cert === undefined || key === undefined || cert === '' || key === '' ? undefined : { cert, key }
}

/** The same for a product that takes only one that is for the name, and else shows a stand-in of its own. */
export function certificateOrOwn(
  store: ObjectStore,
  uses: readonly CertificateUse[],
  name: string,
  own: Issued,
): Issued {
  const found = certificateFor(store, uses, name)
  const isFor = found !== undefined && new X509Certificate(found.cert).checkHost(name) !== undefined
  return isFor ? found : own
}

const made = new Map<string, Issued>()

/** What a product shows that has no certificate for a name; made once. */
export function standIn(commonName: string): Issued {
  const known = made.get(commonName) ?? selfSigned(commonName, '127.0.0.1')
  made.set(commonName, known)
  return known
}
