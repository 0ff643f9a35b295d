import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { archiveName, platforms } from '../../scripts/package/platforms.ts'
import { fileIn, release, unpack, version } from './support/release.ts'

interface Component {
  type: string
  name: string
  version?: string
  'bom-ref': string
  hashes?: { alg: string; content: string }[]
  licenses: { expression?: string; license?: { id?: string; name?: string } }[]
}

interface Bill {
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn?: string[] }[]
}

const bills = {
  executables: JSON.parse(fileIn('sbom-executables.cdx.json').toString()) as Bill,
  npm: JSON.parse(fileIn('sbom-npm.cdx.json').toString()) as Bill,
}

const schemas = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res',
  'schema',
)
const schema = (name: string): object => JSON.parse(readFileSync(join(schemas, name), 'utf8'))

/** What the schema of CycloneDX 1.6, as its authors publish it, has against a bill. */
const problems = (() => {
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  // Two formats that it does not know, of newer addresses.
  ajv.addFormat('idn-email', /^\S+@\S+$/).addFormat('iri-reference', /^\S+$/)
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const file = `${name}.SNAPSHOT.schema.json`
    ajv.addSchema(schema(file), `http://cyclonedx.org/schema/${file}`)
  }
  const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'))
  return (bill: unknown): unknown[] => (validate(bill) ? [] : (validate.errors ?? []))
})()

/** The text of the notices, with the licence of each package as the bill has it. */
const noticesOf = (folder: string): string => readFileSync(join(folder, 'THIRD_PARTY_NOTICES'), 'utf8')

describe('the bills of materials', () => {
  for (const [form, bill] of Object.entries(bills)) {
    test(`of ${form} is CycloneDX 1.6`, () => {
      expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
      expect(problems(bill)).toStrictEqual([])
      expect(problems({ ...bill, components: [{ name: 'without a type' }] })).not.toStrictEqual([])
    })

    test(`of ${form} names each component once, and where it is from`, () => {
      const references = bill.components.map((component) => component['bom-ref'])
      expect(new Set(references).size).toBe(references.length)
      for (const component of bill.components) {
        expect(component.licenses, component.name).toHaveLength(1)
        const isOfNpm = component['bom-ref'].startsWith('pkg:npm/')
        expect(component.hashes ?? [], component.name).toHaveLength(isOfNpm ? 1 : 0)
      }
    })

    test(`of ${form} leads from the program to every component, and nowhere else`, () => {
      const edges = new Map(bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]))
      const reached = new Set<string>()
      const follow = (ref: string): void => {
        if (reached.has(ref)) return
        reached.add(ref)
        for (const next of edges.get(ref) ?? []) follow(next)
      }
      follow(bill.metadata.component['bom-ref'])
      const all = [bill.metadata.component, ...bill.components].map((component) => component['bom-ref'])
      expect([...reached].toSorted()).toStrictEqual(all.toSorted())
      expect([...edges.keys()].toSorted()).toStrictEqual(all.toSorted())
    })

    test(`of ${form} holds what is in the bundle, and no tool and no other dependency`, () => {
      const names = bill.components.map(({ name }) => name)
      for (const name of ['@oclif/core', 'yaml']) expect(names).toContain(name)
      for (const name of [...Object.keys(packageJson.devDependencies), 'clean-stack', 'ejs'])
        expect(names).not.toContain(name)
    })
  }

  test('names the Bun of each platform and what is linked into it, for executables only', () => {
    const runtimes = bills.executables.components.filter(({ type }) => type === 'platform')
    expect(runtimes.map(({ name }) => name)).toStrictEqual(platforms.map(({ runtime }) => runtime))
    const javaScriptCore = bills.executables.components.find(({ name }) => name === 'JavaScriptCore')
    expect(javaScriptCore?.licenses).toStrictEqual([{ license: { id: 'LGPL-2.0-or-later' } }])
    expect(bills.npm.components.every(({ type }) => type === 'library')).toBe(true)
    expect(bills.npm.components.map(({ name }) => name)).not.toContain('JavaScriptCore')
  })
})

describe('the notices of others', () => {
  const held = (bill: Bill): string[] =>
    bill.components
      .filter((component) => component['bom-ref'].startsWith('pkg:npm/') && component.type === 'library')
      .map((component) => `${component.name} ${component.version} (`)

  for (const platform of platforms) {
    test(`are in the archive of ${platform.os}/${platform.arch}, for each package, Bun and JavaScriptCore`, () => {
      const notices = noticesOf(unpack(join(release, archiveName(platform, version))))
      for (const line of held(bills.executables)) expect(notices).toContain(`\n${line}`)
      expect(notices).toMatch(/^Bun \d/m)
      expect(notices).toContain('JavaScriptCore (LGPL-2.0-or-later)')
      expect(notices).toContain('GNU LIBRARY GENERAL PUBLIC LICENSE')
      expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
    })
  }

  test('are in the npm package, for each package', () => {
    const folder = join(unpack(join(release, `kubectl-affinity-${version}.tgz`)), 'package')
    const notices = noticesOf(folder)
    for (const line of held(bills.npm)) expect(notices).toContain(`\n${line}`)
    expect(notices).not.toContain('JavaScriptCore')
  })
})
