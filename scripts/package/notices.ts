import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../bundle.ts'
import { linkedIntoBun, listedFor, polyfills } from './bun.ts'
import type { BundledPackage } from './packages.ts'
import { lockedPackage } from './runtimes.ts'

/** The name of the file in each archive and package. */
export const noticesName = 'THIRD_PARTY_NOTICES'

const line = `${'-'.repeat(78)}\n`

/** The notices of the packages in a bundle; those that have the same text, together. */
export function packageNotices(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>()
  for (const { name, version, licence, notices } of packages) {
    const text = notices.join('\n\n')
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${licence})`])
  }
  const sections = [...byText].map(
    ([text, names]) => `${line}${[...new Set(names)].join('\n')}\n\n${text}\n\n`,
  )
  return [
    'kubectl-affinity is licensed under the Apache License 2.0, see LICENSE. It contains what follows.\n\n',
    ...sections,
  ].join('')
}

/** The notices of an executable: of its packages, and of Bun, which runs them. */
export function executableNotices(packages: readonly BundledPackage[]): string {
  const { version } = lockedPackage('bun')
  if (version !== listedFor)
    throw new Error(
      `read LICENSE.md of Bun ${version} and renew scripts/package/bun.ts, which is of ${listedFor}`,
    )
  const licence = (name: string): string =>
    `${line}${readFileSync(join(root, 'scripts', 'package', 'licences', name), 'utf8').trim()}\n\n`
  return [
    packageNotices(packages),
    `${line}Bun ${version} (MIT, https://github.com/oven-sh/bun)\n\n`,
    'The executable is Bun with the program in it. Bun is statically linked with JavaScriptCore and other parts of\n',
    'WebKit, which are under the GNU Library General Public License, version 2 or later, and with the libraries\n',
    'below. You may change JavaScriptCore and link it anew: its source, with the changes that Bun needs, is\n',
    'https://github.com/oven-sh/WebKit at the commit that WEBKIT_VERSION in the source of Bun names, and\n',
    '`bun run build:local` in that source links it. The program is made into an executable with the Bun that comes of\n',
    'it by `npm run package` in a clone of https://github.com/kubectl-affinity/kubectl-affinity, whose\n',
    'scripts/package/runtimes.ts says which Bun that is.\n\n',
    ...linkedIntoBun.map(({ name, licence: id, url }) => `  ${name} (${id ?? 'several licences'}) ${url}\n`),
    `  for programs in browsers, all under MIT: ${polyfills.join(', ')}\n\n`,
    licence('LGPL-2.0.txt'),
    licence('LGPL-2.1.txt'),
  ].join('')
}
