import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { root } from '../bundle.ts'
import { archiveName, executableName, type Platform } from './platforms.ts'

/** An archive with its checksum. */
export interface Released {
  platform: Platform
  sha256: string
}

/** What krew-manifest.yaml holds. */
interface Template {
  spec: { homepage: string }
}

/** What krew's index wants to know about a version. The name of the file must be the name of the plugin. */
export function krewManifest(version: string, released: readonly Released[]): string {
  const template = parse(readFileSync(join(root, 'krew-manifest.yaml'), 'utf8')) as Template
  const { homepage } = template.spec
  const manifest = {
    ...template,
    spec: {
      version: `v${version}`,
      ...template.spec,
      platforms: released.map(({ platform, sha256 }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri: `${homepage}/releases/download/v${version}/${archiveName(platform, version)}`,
        sha256,
        bin: executableName(platform),
      })),
    },
  }
  return stringify(manifest, { lineWidth: 0, blockQuote: 'literal' })
}
