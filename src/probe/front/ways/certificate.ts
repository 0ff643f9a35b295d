import { record, text } from '../../../mechanisms/kit/objects/loose.ts'
import { isForbidden } from '../../../cluster/index.ts'
import type { LooseObject, NamespacedName, ObjectType } from '../../../model/cluster/object.ts'
import type { ServedCertificate } from '../../plan/options.ts'
import type { ObjectReader } from '../../../snapshot/cluster/objects.ts'
import type { Listener } from './listener.ts'

const secrets: ObjectType<LooseObject & { data?: unknown }> = {
  group: '',
  versions: ['v1'],
  resource: 'secrets',
  kind: 'Secret',
  scope: 'namespaced',
}

/** The certificates of a Secret: of the types that Kubernetes, cert-manager and Istio write. Never its key. */
const keys = ['ca.crt', 'tls.crt', 'cacert', 'cert'] as const

/** The certificates that listeners serve by, by their Secrets. */
export class Certificates {
  readonly #objects: ObjectReader
  /** In PEM; empty where it is not to be had. */
  readonly #known = new Map<string, string>()
  /** What could not be read. */
  readonly notes: string[] = []

  constructor(objects: ObjectReader) {
    this.#objects = objects
  }

  /** Reads the certificates of these, of which nothing else is kept. */
  async read(listeners: readonly (Listener | undefined)[]): Promise<void> {
    const named = listeners.flatMap((listener) => listener?.secret ?? [])
    const each = new Map(named.map((secret) => [wordFor(secret), secret]))
    await Promise.all([...each].map(([word, secret]) => this.#read(word, secret)))
  }

  /** What is to be trusted at a listener. */
  of(listener: Listener | undefined): { certificate?: ServedCertificate } {
    const secret = listener?.secret && wordFor(listener.secret)
    const trusted = secret === undefined ? undefined : this.#known.get(secret)
    return secret === undefined || trusted === undefined ? {} : { certificate: { secret, trusted } }
  }

  async #read(word: string, { namespace, name }: NamespacedName): Promise<void> {
    try {
      const data = record((await this.#objects.find(secrets, namespace, name))?.data)
      const pem = keys
        .map((key) => Buffer.from(text(data[key]) ?? '', 'base64').toString('latin1'))
        .filter((one) => one.includes('-----BEGIN CERTIFICATE-----'))
      if (pem.length > 0) this.#known.set(word, pem.join('\n'))
      else this.notes.push(`${word} holds no certificate`)
    } catch (error) {
      if (!isForbidden(error)) throw error
      this.notes.push(`${word} may not be read: only certificates of public authorities are trusted`)
    }
  }
}

const wordFor = ({ namespace, name }: NamespacedName): string => `secret/${name} in namespace ${namespace}`
