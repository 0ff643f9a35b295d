/** How the program is compiled and bundled: one place, so that what is tested is what is released. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { nameChunksByContent } from './chunk-names.ts'

export const root: string = join(import.meta.dirname, '..')
const bun = join(root, 'node_modules', '.bin', 'bun')
const entry = (name: string): string => join(root, 'bin', `${name}.ts`)

const common = [
  '--minify',
  // Packages ask for NODE_ENV at start-up to decide what to load.
  '--define',
  'process.env.NODE_ENV="production"',
  // Or Bun writes the folders of the machine that builds into the bundle.
  '--define',
  '__dirname="/"',
  '--define',
  '__filename="/index.js"',
]

/** Another platform than the one that builds. */
export interface Foreign {
  /** As Bun names it: `bun-darwin-arm64`. */
  target: string
  /** Bun's executable for it. */
  runtime: string
}

/**
 * One executable. With bytecode, which makes it 3 MB larger (packed) and saves parsing at every start: `--help` takes
 * 15 ms and not 85.
 */
export function compileExecutable(outfile: string, foreign?: Foreign): void {
  const platform =
    foreign === undefined
      ? []
      : [`--target=${foreign.target}`, `--compile-executable-path=${foreign.runtime}`]
  // A .env or bunfig.toml in the folder where somebody stands must not change what a command does.
  const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig']
  execute([
    entry('kubectl-affinity'),
    '--compile',
    '--bytecode',
    ...closed,
    ...common,
    ...platform,
    '--outfile',
    outfile,
  ])
}

/** The bundle for Node, in parts that are loaded when they are needed. */
export function bundleForNode(outdir: string): void {
  const names = ['kubectl-affinity', 'kubectl_complete-affinity']
  const options = ['--target=node', '--format=esm', '--splitting', ...common, '--outdir', outdir]
  execute([...names.map(entry), ...options])
  nameChunksByContent(
    outdir,
    names.map((name) => `${name}.js`),
  )
}

function execute(args: string[]): void {
  execFileSync(bun, ['build', ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}
