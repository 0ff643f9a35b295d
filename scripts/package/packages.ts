import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, type Source } from '../bundle.ts'
import { lockedPackage } from './runtimes.ts'

/** A package of which something is in what was made. */
export interface BundledPackage {
  /** `node_modules/a/node_modules/b`: a package can be there twice, in two versions. */
  folder: string
  name: string
  version: string
  /** An SPDX identifier or expression. */
  licence: string
  /** As package-lock.json has it. */
  integrity: string
  /** The texts of its licence and its notices. */
  notices: readonly string[]
  /** The folders of the packages that its sources import, where they are bundled. */
  imports: readonly string[]
}

const packageFolder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//
const noticeFile = /^(un)?licen[cs]e|^copying|^notice/i

/**
 * The packages of the sources in a bundle, and which of them the program itself imports (`direct`).
 *
 * @throws Error for a package that says nothing about its licence: it must not be given away.
 */
export function packagesOf(sources: readonly Source[]): { packages: BundledPackage[]; direct: string[] } {
  const bundled = new Set(sources.flatMap(({ path }) => packageFolder.exec(path)?.[1] ?? []))
  const imports = new Map<string, Set<string>>()
  for (const source of sources) {
    const from = packageFolder.exec(source.path)?.[1] ?? ''
    const to = imports.get(from) ?? new Set()
    imports.set(from, to)
    for (const path of source.imports) {
      const folder = packageFolder.exec(path)?.[1]
      if (folder !== undefined && folder !== from && bundled.has(folder)) to.add(folder)
    }
  }
  const importsOf = (folder: string): string[] => [...(imports.get(folder) ?? [])].toSorted()
  return {
    packages: [...bundled].toSorted().map((folder) => readPackage(folder, importsOf(folder))),
    direct: importsOf(''),
  }
}

function readPackage(folder: string, imports: readonly string[]): BundledPackage {
  const path = join(root, folder)
  const { name, version, license }: { name: string; version: string; license?: unknown } = JSON.parse(
    readFileSync(join(path, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${folder} names no licence`)
  const notices = noticesOf(path, `${name.replace('/', '+')}-${version}`)
  const locked = lockedPackage(folder.slice('node_modules/'.length))
  if (locked.version !== version) throw new Error(`${folder} is ${version}, and locked is ${locked.version}`)
  return { folder, name, version, licence: license, integrity: locked.integrity, notices, imports }
}

/**
 * The texts of the licence and the notices that a package has; for one that only names its licence, the file that we have
 * for this version of it.
 *
 * @throws Error where there is neither: read what the package says, and write scripts/package/licences/NAME-VERSION.txt.
 */
export function noticesOf(path: string, name: string): string[] {
  const files = readdirSync(path).filter((file) => noticeFile.test(file))
  const own = join(import.meta.dirname, 'licences', `${name}.txt`)
  const paths = files.length > 0 ? files.toSorted().map((file) => join(path, file)) : [own]
  if (!paths.every((one) => existsSync(one)))
    throw new Error(`${name} comes without the text of its licence, and ${own} is not there`)
  return paths.map((one) => readFileSync(one, 'utf8').replaceAll('\r\n', '\n').trim())
}
