/**
 * Makes what a release consists of, in dist/release: an archive for each platform, the npm package, a bill of materials of
 * each, checksums, and krew's manifest. The same sources give the same bytes.
 *
 *     npm run package
 *     npm run package -- --platform linux/amd64 --out FOLDER
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../../package.json' with { type: 'json' }
import { completionScript } from '../../src/cli/completion/script.ts'
import { bundleForNode, compileExecutable, root, type Source } from '../bundle.ts'
import { writeNpmPackageJson } from '../npm-package.ts'
import { type Entry, tarGz, zip } from './archive.ts'
import { krewManifest, type Released } from './krew.ts'
import { programIcon } from './icon.ts'
import { signAdHoc, signatureProblems } from './macho.ts'
import { executableNotices, noticesName, packageNotices } from './notices.ts'
import { packagesOf } from './packages.ts'
import { archiveName, executableName, type Platform, platforms } from './platforms.ts'
import { fetchRuntime } from './runtimes.ts'
import { billOfMaterials } from './sbom.ts'
import { type ProgramInfo, withProgramInfo } from './windows.ts'

const { version } = packageJson

/** The bills of materials. */
const bills = { executables: 'sbom-executables.cdx.json', npm: 'sbom-npm.cdx.json' }

function main(): void {
  const { values } = parseArgs({
    options: { platform: { type: 'string', multiple: true }, out: { type: 'string' } },
  })
  const { platform: wanted, out = join(root, 'dist', 'release') } = values
  const chosen = platforms.filter(({ os, arch }) => wanted?.includes(`${os}/${arch}`) ?? true)
  if (chosen.length === 0) throw new Error(`no such platform: ${wanted?.join(', ')}`)
  makeRelease(chosen, resolve(out))
}

function makeRelease(chosen: readonly Platform[], out: string): void {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  execFileSync(process.execPath, [join(root, 'scripts', 'generate.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const scratch = mkdtempSync(join(tmpdir(), 'kubectl-affinity-'))
  try {
    const released: Released[] = []
    const sources: Source[] = []
    for (const platform of chosen) {
      const { program, sources: own } = executable(platform, scratch)
      sources.push(...own)
      const name = archiveName(platform, version)
      const entries = archiveEntries(platform, program, executableNotices(packagesOf(own).packages))
      write(out, name, platform.os === 'windows' ? zip(entries) : tarGz(entries))
      released.push({ platform, sha256: sha256(join(out, name)) })
    }
    const bill = billOfMaterials({ ...packagesOf(sources), platforms: chosen })
    writeFileSync(join(out, bills.executables), bill)
    const npm = npmPackage(scratch, out)
    const files = [...chosen.map((platform) => archiveName(platform, version)), npm, ...Object.values(bills)]
    const sums = files.map((name) => `${sha256(join(out, name))}  ${name}\n`)
    writeFileSync(join(out, 'checksums.txt'), sums.join(''))
    writeFileSync(join(out, 'affinity.yaml'), krewManifest(version, released))
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

function archiveEntries(platform: Platform, program: Buffer, notices: string): Entry[] {
  const script = platform.os === 'windows' ? 'kubectl_complete-affinity.cmd' : 'kubectl_complete-affinity'
  return [
    { name: executableName(platform), content: program, executable: true },
    { name: 'LICENSE', content: readFileSync(join(root, 'LICENSE')) },
    { name: noticesName, content: Buffer.from(notices) },
    { name: script, content: Buffer.from(completionScript(platform.os)), executable: true },
  ]
}

function executable(platform: Platform, folder: string): { program: Buffer; sources: Source[] } {
  const path = join(folder, executableName(platform))
  const sources = compileExecutable(path, { target: platform.target, runtime: fetchRuntime(platform) })
  const program = readFileSync(path)
  if (platform.os === 'darwin') return { program: signed(program, platform), sources }
  return { program: platform.os === 'windows' ? withProgramInfo(program, programInfo()) : program, sources }
}

/** What Windows shows of the program. */
function programInfo(): ProgramInfo {
  const { name, description, license, homepage } = packageJson
  return { name, version, description, licence: license, homepage, icon: programIcon() }
}

/**
 * Bun signs what it makes for Apple's processors, under the name a.out. For Intel's it leaves the signature of Bun itself,
 * which is wrong for what it has put in.
 */
function signed(program: Buffer, { target }: Platform): Buffer {
  const result = signAdHoc(program, packageJson.name)
  const problems = signatureProblems(result)
  if (problems.length > 0) throw new Error(`${target}: ${problems.join(', ')}`)
  return result
}

/** npm itself writes neither times nor owners into a package. */
function npmPackage(scratch: string, out: string): string {
  const folder = join(scratch, 'npm')
  mkdirSync(folder)
  const { packages, direct } = packagesOf(bundleForNode(folder))
  writeNpmPackageJson(folder)
  writeFileSync(join(folder, noticesName), packageNotices(packages))
  writeFileSync(join(out, bills.npm), billOfMaterials({ packages, direct, platforms: [] }))
  for (const name of ['LICENSE', 'README.md']) copyFileSync(join(root, name), join(folder, name))
  execFileSync('npm', ['pack', folder, '--pack-destination', out], {
    stdio: 'ignore',
    shell: process.platform === 'win32',
  })
  return `${packageJson.name}-${version}.tgz`
}

function write(folder: string, name: string, content: Uint8Array): void {
  writeFileSync(join(folder, name), content)
  console.error(`${name.padEnd(48)} ${(content.length / 1e6).toFixed(1).padStart(6)} MB`)
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

main()
