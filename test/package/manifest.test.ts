import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
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

// What krew's own checker does not look at (krew.test.ts runs it): what is of this project, and what the reviewers of its
// index ask for.
describe('the manifest of the release', () => {
  test('is of its version', () => {
    expect(spec.version).toBe(`v${version}`)
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

  test('is the template with what a release adds', () => {
    const template = parse(readFileSync(join(root, 'krew-manifest.yaml'), 'utf8')) as Manifest
    const { version: _, platforms, ...rest } = spec
    expect({ ...manifest, spec: rest }).toStrictEqual(template)
    expect(platforms).toHaveLength(6)
  })

  test('selects by os and arch alone', () => {
    for (const { selector } of spec.platforms) {
      expect(Object.keys(selector ?? {})).toStrictEqual(['matchLabels'])
      expect(Object.keys(selector?.matchLabels ?? {})).toStrictEqual(['os', 'arch'])
    }
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
})
