import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached, keyOf } from './cache.ts'
import { run } from './process.ts'
import { step } from './progress.ts'

/** The release of the system, as its packages fit no other. */
const release = (): string =>
  /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? ''

/** A folder with the files of Debian packages, which are downloaded and unpacked but not installed. */
export const unpackedPackages = (name: string, packages: readonly string[]): Promise<string> =>
  cached(`debian-${name}`, keyOf(release(), process.arch, packages), (folder) =>
    step(`downloaded ${packages.join(' ')}`, async () => {
      await run('apt-get', ['update', '-q'])
      await run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...packages], { cwd: folder })
      for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.deb'))) {
        await run('dpkg-deb', ['--extract', file, '.'], { cwd: folder })
        rmSync(join(folder, file))
      }
    }),
  )
