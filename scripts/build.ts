/** Builds what users run: the bundle for Node (npm) and, with Bun, the executable for this machine. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completionScript } from '../src/cli/completion/script.ts'
import { bundleForNode, compileExecutable, root } from './bundle.ts'
import { writeNpmPackageJson } from './npm-package.ts'

const dist = join(root, 'dist')

/** An executable file beside the others. */
function executable(name: string): string {
  return join(dist, name)
}

for (const name of ['npm', 'kubectl-affinity', 'kubectl_complete-affinity'])
  rmSync(join(dist, name), { recursive: true, force: true })
mkdirSync(join(dist, 'npm'), { recursive: true })
execFileSync(process.execPath, [join(root, 'scripts', 'generate.ts')], {
  stdio: ['ignore', 'ignore', 'inherit'],
})

bundleForNode(join(dist, 'npm'))
writeNpmPackageJson(join(dist, 'npm'))
compileExecutable(executable('kubectl-affinity'))
writeFileSync(executable('kubectl_complete-affinity'), completionScript('linux'))
for (const name of ['kubectl-affinity', 'kubectl_complete-affinity']) chmodSync(executable(name), 0o755)
