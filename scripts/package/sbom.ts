import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { root } from '../bundle.ts'
import { lockedPackage } from './runtimes.ts'

interface LockEntry {
  version: string
  integrity?: string
  license?: string
  dev?: boolean
  optional?: boolean
}

/**
 * The bill of materials in CycloneDX's JSON: the packages that are bundled, and Bun, which runs them. `npm sbom` would
 * write one with a time, a random number and the name of the folder in it, another one each time.
 */
export function billOfMaterials(): string {
  const lock: { packages: Record<string, LockEntry> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  )
  const components = Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true)
    .map(([path, entry]) => component(path.replace(/^.*node_modules\//, ''), entry))
  const bun = component('bun', { ...lockedPackage('bun'), license: 'MIT' })
  const { name, version, description, license } = packageJson
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl(name, version),
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        purl: purl(name, version),
      },
    },
    // A package can be there twice, for two that depend on it.
    components: [...new Map([bun, ...components].map((item) => [item['bom-ref'], item])).values()],
  }
  return `${JSON.stringify(bill, undefined, 2)}\n`
}

function component(
  name: string,
  { version, integrity, license }: LockEntry,
): { 'bom-ref': string } & Record<string, unknown> {
  const [algorithm, digest] = integrity?.split(/-(.*)/s) ?? []
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    purl: purl(name, version),
    ...(license === undefined ? {} : { licenses: [licence(license)] }),
    ...(algorithm === 'sha512' && digest !== undefined
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {}),
  }
}

/** One licence by its identifier, several as an expression. */
function licence(text: string): object {
  return /[ ()]/.test(text) ? { expression: text } : { license: { id: text } }
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}
