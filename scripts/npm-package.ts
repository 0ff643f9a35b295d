import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }

/**
 * The package.json of what is published. The bundle holds its dependencies, so an installation fetches nothing else,
 * and the scripts and tools of this repository are nobody's business there.
 */
export function writeNpmPackageJson(folder: string): void {
  const { name, version, description, keywords, license, repository, homepage, bugs, type, engines } =
    packageJson
  const programs = ['kubectl-affinity', 'kubectl_complete-affinity']
  const bin = Object.fromEntries(programs.map((program) => [program, `${program}.js`]))
  const published = {
    name,
    version,
    description,
    keywords,
    homepage,
    bugs,
    repository,
    license,
    bin,
    type,
    engines,
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
}
