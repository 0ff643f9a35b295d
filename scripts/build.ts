/** Builds what users run: the bundle for Node (npm) and, with Bun, the executable for this machine. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bun = join(root, 'node_modules', '.bin', 'bun')
const entry = join(root, 'bin', 'kubectl-affinity.ts')
const dist = join(root, 'dist')

function run(program: string, args: string[]): void {
  execFileSync(program, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
run(process.execPath, [join(root, 'scripts', 'generate.ts')])

// --define: packages ask for NODE_ENV at start-up to decide what to load.
const common = ['--minify', '--define', 'process.env.NODE_ENV="production"']
run(bun, [
  'build',
  entry,
  '--target=node',
  '--format=esm',
  ...common,
  '--splitting',
  '--outdir',
  join(dist, 'npm'),
])
run(bun, [
  'build',
  entry,
  '--compile',
  '--bytecode',
  // Nothing in the folder where a user happens to be may change what the program does.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  ...common,
  '--outfile',
  join(dist, 'kubectl-affinity'),
])
chmodSync(join(dist, 'kubectl-affinity'), 0o755)
