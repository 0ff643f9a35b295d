import { mkdirSync, writeFileSync } from 'node:fs'
import { bridge, clusterDomain, kubernetesService } from '../nodes/addresses.ts'
import { statePath } from '../paths.ts'
import { run } from '../machine/process.ts'

/** A file of the lab's key folder. */
export const pkiPath = (file: string): string => statePath('pki', file)

interface Certificate {
  subject: string
  usage: 'serverAuth' | 'clientAuth'
  alternativeNames?: string
}

const apiServerNames = [
  `IP:${bridge.address}`,
  'IP:127.0.0.1',
  `IP:${kubernetesService}`,
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`),
  `DNS:kubernetes.default.svc.${clusterDomain}`,
].join(',')

const certificates: Record<string, Certificate> = {
  apiserver: { subject: '/CN=kube-apiserver', usage: 'serverAuth', alternativeNames: apiServerNames },
  // For the API server at the kubelets, and for the administrator who has a certificate instead of a token.
  'kubelet-client': { subject: '/O=system:masters/CN=kube-apiserver-kubelet-client', usage: 'clientAuth' },
  admin: { subject: '/O=system:masters/CN=lab-certificate-admin', usage: 'clientAuth' },
}

/** Nothing of the system's own openssl.cnf: it adds extensions that contradict ours. */
const config = '[req]\ndistinguished_name = subject\n[subject]\n'

/** Elliptic curves: RSA keys would take a good part of the time that the whole lab needs. */
const newCertificate = [
  'req',
  '-x509',
  '-config',
  'openssl.cnf',
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-days',
  '3650',
]

const extensions = (...lines: string[]): string[] => lines.flatMap((line) => ['-addext', line])

/** Makes a certificate authority, the certificates of the control plane, and the service accounts' key. */
export async function makeKeys(): Promise<void> {
  const folder = pkiPath('')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(pkiPath('openssl.cnf'), config)
  const openssl = (...args: string[]): Promise<string> => run('openssl', args, { cwd: folder })
  const certify = (name: string, subject: string, ...options: string[]): Promise<string> =>
    openssl(...newCertificate, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.crt`, ...options)
  await certify(
    'ca',
    '/CN=affinity-lab',
    ...extensions(
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign',
      'subjectKeyIdentifier=hash',
    ),
  )
  await Promise.all([
    ...Object.entries(certificates).map(([name, { subject, usage, alternativeNames }]) =>
      certify(
        name,
        subject,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        ...extensions('basicConstraints=critical,CA:FALSE', `extendedKeyUsage=${usage}`),
        ...(alternativeNames === undefined ? [] : extensions(`subjectAltName=${alternativeNames}`)),
      ),
    ),
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'service-accounts.key'),
  ])
}
