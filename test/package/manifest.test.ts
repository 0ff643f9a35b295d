import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { release, root, unpack, version } from './support/release.ts'

interface Manifest {
  apiVersion: string
  kind: string
  metadata: Record<string, string>
  spec: {
    version: string
    homepage: string
    shortDescription: string
    description: string
    caveats?: string
    platforms: {
      selector?: { matchLabels?: Record<string, string>; matchExpressions?: unknown }
      uri: string
      sha256: string
      bin: string
      files?: unknown[]
    }[]
  }
}

const path = join(release, 'affinity.yaml')
const text = readFileSync(path, 'utf8')
const manifest = parse(text) as Manifest
const { spec } = manifest
const archiveOf = (uri: string): string => join(release, uri.replace(/^.*\//, ''))

// krew cannot be run here. These are the rules of its validation (internal/index/validation, cmd/validate-krew-manifest)
// and of its index's reviewers.
describe('krew takes the manifest', () => {
  test('kind and version of the API are exact', () => {
    expect(manifest).toMatchObject({
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
    })
    expect(Object.keys(manifest)).toStrictEqual(['apiVersion', 'kind', 'metadata', 'spec'])
  })

  test('the name is safe, and the name of the file', () => {
    expect(manifest.metadata).toStrictEqual({ name: 'affinity' })
    expect(manifest.metadata['name']).toMatch(/^[\w-]+$/)
    expect(path).toMatch(/\/affinity\.yaml$/)
  })

  test('the version is a semantic one with a v', () => {
    expect(spec.version).toBe(`v${version}`)
    expect(spec.version).toMatch(/^v\d+\.\d+\.\d+(-[\w.]+)?$/)
  })

  test('the short description is one line of 50 characters at most, without a full stop', () => {
    expect(spec.shortDescription).not.toMatch(/\n|\.$/)
    expect(spec.shortDescription.length).toBeGreaterThan(0)
    expect(spec.shortDescription.length).toBeLessThanOrEqual(50)
  })

  test('the description has no usage, the homepage is an address', () => {
    expect(spec.description).not.toMatch(/usage|kubectl affinity|--/i)
    expect(spec.description).not.toMatch(/ \n/)
    expect(URL.parse(spec.homepage)?.protocol).toBe('https:')
  })

  test('no field but those that krew knows', () => {
    const known = ['version', 'homepage', 'shortDescription', 'description', 'caveats', 'platforms']
    expect(known).toEqual(expect.arrayContaining(Object.keys(spec)))
    for (const platform of spec.platforms)
      expect(Object.keys(platform)).toStrictEqual(['selector', 'uri', 'sha256', 'bin'])
  })

  test('there is a platform, and each is selected by os and arch alone', () => {
    expect(spec.platforms).toHaveLength(6)
    for (const { selector } of spec.platforms) {
      expect(Object.keys(selector ?? {})).toStrictEqual(['matchLabels'])
      expect(Object.keys(selector?.matchLabels ?? {})).toStrictEqual(['os', 'arch'])
    }
  })

  test('no two platforms are selected on one machine', () => {
    const selected = spec.platforms.map(({ selector }) => JSON.stringify(selector))
    expect(new Set(selected).size).toBe(selected.length)
  })

  for (const { selector, uri, sha256, bin } of spec.platforms) {
    const { os, arch } = selector?.matchLabels ?? {}
    describe(`${os}/${arch}`, () => {
      test('the archive is a .tar.gz or .zip of the project’s release, with its checksum', () => {
        expect(uri).toMatch(/^https:\/\/github\.com\/.*\.(tar\.gz|zip)$/)
        expect(uri).toContain(`/releases/download/v${version}/`)
        expect(sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(
          createHash('sha256')
            .update(readFileSync(archiveOf(uri)))
            .digest('hex'),
        ).toBe(sha256)
      })

      test('it holds the program, the licence, and no path that leads out of it', () => {
        const folder = unpack(archiveOf(uri))
        expect(readdirSync(folder)).toContain(bin)
        expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(
          readFileSync(join(root, 'LICENSE'), 'utf8'),
        )
        expect(bin).not.toMatch(/\.\.|^\//)
        // Nothing else starts on Windows, where krew makes no links but copies.
        expect(bin).toBe(os === 'windows' ? 'kubectl-affinity.exe' : 'kubectl-affinity')
      })
    })
  }

  test('the one in the repository says the same, checksums apart', () => {
    const committed = join(root, 'krew-manifest.yaml')
    expect(existsSync(committed)).toBe(true)
    const masked = (content: string): string => content.replaceAll(/sha256: \w+/g, 'sha256: …')
    expect(masked(readFileSync(committed, 'utf8'))).toBe(masked(text))
  })
})
