import packageJson from '../../package.json' with { type: 'json' }
import { linkedIntoBun } from './bun.ts'
import type { BundledPackage } from './packages.ts'
import type { Platform } from './platforms.ts'
import { lockedPackage } from './runtimes.ts'

/** What a bill is about: the packages of a bundle, and the runtimes that it was made into executables with. */
export interface Materials {
  packages: readonly BundledPackage[]
  /** The folders of the packages that the program itself imports. */
  direct: readonly string[]
  /** None for npm's package: Node is there already. */
  platforms: readonly Platform[]
}

interface Component {
  type: 'application' | 'library' | 'platform'
  'bom-ref': string
  [field: string]: unknown
}

/**
 * The bill of materials in CycloneDX's JSON. `npm sbom` would list what is installed, with a time, a random number and
 * the name of the folder in it, another one each time; this lists what is in what was made.
 */
export function billOfMaterials({ packages, direct, platforms }: Materials): string {
  const { name, version, description, license, repository } = packageJson
  const references = new Map(packages.map((one) => [one.folder, purl(one.name, one.version)]))
  const refs = (folders: readonly string[]): string[] =>
    unique(folders.map((folder) => references.get(folder) ?? '')).toSorted()
  const runtimes = platforms.map(({ runtime }) => runtimeComponent(runtime))
  const parts = runtimes.length > 0 ? linkedIntoBun.map(linkedComponent) : []
  const itself = purl(name, version)
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': itself,
        name,
        version,
        description,
        licenses: [{ license: { id: license } }],
        purl: itself,
        externalReferences: [{ type: 'vcs', url: repository.url.replace(/^git\+/, '') }],
      },
    },
    // A package can be there twice, for two that depend on it.
    components: [
      ...new Map(packages.map((one) => [purl(one.name, one.version), packageComponent(one)])).values(),
      ...runtimes,
      ...parts,
    ],
    dependencies: [
      { ref: itself, dependsOn: [...refs(direct), ...runtimes.map((one) => one['bom-ref'])] },
      ...mergedDependencies(packages, refs),
      ...runtimes.map((one) => ({ ref: one['bom-ref'], dependsOn: parts.map((part) => part['bom-ref']) })),
      ...parts.map((part) => ({ ref: part['bom-ref'] })),
    ],
  }
  return `${JSON.stringify(bill, undefined, 2)}\n`
}

/** A package that is there twice in one version is one component, with the dependencies of both. */
function mergedDependencies(
  packages: readonly BundledPackage[],
  refs: (folders: readonly string[]) => string[],
): { ref: string; dependsOn?: string[] }[] {
  const byReference = Map.groupBy(packages, ({ name, version }) => purl(name, version))
  return [...byReference].map(([ref, same]) => {
    const dependsOn = refs(same.flatMap(({ imports }) => imports))
    return dependsOn.length === 0 ? { ref } : { ref, dependsOn }
  })
}

function packageComponent({ name, version, licence, integrity }: BundledPackage): Component {
  return {
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    licenses: licences(licence),
    purl: purl(name, version),
    hashes: hashes(integrity),
  }
}

/** Bun for one platform; the package that everyone installs (`bun`) only fetches it. */
function runtimeComponent(name: string): Component {
  const { version, integrity } = lockedPackage(name)
  return {
    type: 'platform',
    'bom-ref': purl(name, version),
    name,
    version,
    licenses: licences('MIT'),
    purl: purl(name, version),
    hashes: hashes(integrity),
  }
}

/** Which version is linked, Bun does not say. */
function linkedComponent({ name, licence, url }: (typeof linkedIntoBun)[number]): Component {
  return {
    type: 'library',
    'bom-ref': `bun/${name}`,
    name,
    licenses: licence === undefined ? [{ license: { name: 'several', url } }] : licences(licence),
    externalReferences: [{ type: 'website', url }],
  }
}

/** The checksum of the package as npm serves it. */
function hashes(integrity: string): object[] {
  const [algorithm, digest = ''] = integrity.split(/-(.*)/s)
  if (algorithm !== 'sha512') throw new Error(`no SHA-512 in package-lock.json: ${integrity}`)
  return [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }]
}

/** One licence by its identifier, several as an expression. */
function licences(text: string): object[] {
  return [/[ ()]/.test(text) ? { expression: text } : { license: { id: text } }]
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
