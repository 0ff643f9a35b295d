import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { programIcon } from '../../scripts/package/icon.ts'
import { oldestMacOs, signatureProblems, signedName } from '../../scripts/package/macho.ts'
import { archiveName, platforms } from '../../scripts/package/platforms.ts'
import { iconOf, versionTexts } from '../../scripts/package/windows.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fileIn, release, root, unpack, version } from './support/release.ts'

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

test('checksums.txt names every file but itself and the manifest, and is right', () => {
  const lines = fileIn('checksums.txt').toString().trim().split('\n')
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
  expect([...sums.keys()].toSorted()).toStrictEqual(
    readdirSync(release).filter((name) => !['affinity.yaml', 'checksums.txt'].includes(name)),
  )
  for (const [name, sum] of sums) expect(sha256(fileIn(name)), name).toBe(sum)
})

test('the same sources give the same bytes, in another folder, too', { timeout: 400_000 }, () => {
  // On the same disk, so that the packages need not be copied.
  const copy = temporaryFolder(join(root, 'dist'))
  const sources = [
    'bin',
    'docs',
    'scripts',
    'src',
    'LICENSE',
    'README.md',
    'krew-manifest.yaml',
    'package.json',
    'package-lock.json',
  ]
  for (const name of [...sources, 'node_modules'])
    execFileSync('cp', ['-Rl', join(root, name), join(copy, name)])
  const out = join(copy, 'release')
  const chosen = ['linux/amd64', 'darwin/amd64'].flatMap((name) => ['--platform', name])
  execFileSync(process.execPath, [join(copy, 'scripts', 'package', 'main.ts'), ...chosen, '--out', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const names = readdirSync(out).filter((name) => !['affinity.yaml', 'checksums.txt'].includes(name))
  expect(names).toHaveLength(5)
  // It names the platforms, of which these are a part.
  const compared = names.filter((name) => name !== 'sbom-executables.cdx.json')
  for (const name of compared) expect(sha256(readFileSync(join(out, name))), name).toBe(sha256(fileIn(name)))
})

describe('executables', () => {
  for (const platform of platforms.filter(({ os }) => os === 'darwin')) {
    test(`of ${platform.os}/${platform.arch} have an ad-hoc signature of their name that fits each page`, () => {
      const folder = unpack(join(release, archiveName(platform, version)))
      const program = readFileSync(join(folder, 'kubectl-affinity'))
      expect(signatureProblems(program)).toStrictEqual([])
      expect(signedName(program)).toBe('kubectl-affinity')
      const [, oldest] =
        /^- \*\*macOS\*\*: (\d+) or newer/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
      expect(oldestMacOs(program)).toBe(`${oldest}.0`)
    })
  }

  for (const platform of platforms.filter(({ os }) => os === 'windows')) {
    test(`of ${platform.os}/${platform.arch} tell Windows what they are, and have the icon`, () => {
      const folder = unpack(join(release, archiveName(platform, version)))
      const program = readFileSync(join(folder, 'kubectl-affinity.exe'))
      expect(versionTexts(program)).toMatchObject({
        FileDescription: packageJson.description,
        FileVersion: version,
        OriginalFilename: 'kubectl-affinity.exe',
        ProductName: 'kubectl-affinity',
      })
      expect(iconOf(program).equals(programIcon().png)).toBe(true)
    })
  }

  const formats: Record<string, RegExp> = {
    'darwin/amd64': /^cffaedfe07000001/,
    'darwin/arm64': /^cffaedfe0c000001/,
    'linux/amd64': /^7f454c4602.{26}3e00/,
    'linux/arm64': /^7f454c4602.{26}b700/,
    'windows/amd64': /^4d5a/,
    'windows/arm64': /^4d5a/,
  }
  for (const platform of platforms) {
    const name = `${platform.os}/${platform.arch}`
    test(`of ${name} are of their platform and name no folder of this machine`, () => {
      const folder = unpack(join(release, archiveName(platform, version)))
      const program = readFileSync(
        join(folder, platform.os === 'windows' ? 'kubectl-affinity.exe' : 'kubectl-affinity'),
      )
      expect(program.subarray(0, 20).toString('hex')).toMatch(formats[name]!)
      expect(program.includes(root)).toBe(false)
    })
  }
})
