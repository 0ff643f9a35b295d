/** How the program is compiled and bundled: one place, so that what is tested is what is released. */
import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nameChunksByContent } from './chunk-names.ts'
import { launcher } from './launcher.ts'

export const root: string = join(import.meta.dirname, '..')
/** The program, of the version that everything is made with. */
export const bun: string = join(root, 'node_modules', '.bin', 'bun')
const entry = (name: string): string => join(root, 'bin', `${name}.ts`)

/** Options of `Bun.build` for both forms. Split into parts, so that a command loads only what it needs. */
const common = {
  format: 'esm',
  splitting: true,
  minify: true,
  define: {
    // Packages ask for NODE_ENV at start-up to decide what to load.
    'process.env.NODE_ENV': '"production"',
    // Or Bun writes the folders of the machine that builds into the bundle.
    __dirname: '"/"',
    __filename: '"/index.js"',
  },
}

/** A source of which something is in what was made. */
export interface Source {
  /** From the top of the repository. */
  path: string
  /** The paths of what it imports. */
  imports: readonly string[]
}

/** Another platform than the one that builds. */
export interface Foreign {
  /** As Bun names it: `bun-darwin-arm64`. */
  target: string
  /** Bun's executable for it. */
  runtime: string
}

/**
 * One executable. With bytecode, which makes it 3 MB larger (packed) and saves parsing at every start; functions must be
 * called 50 times as often as usual before they are compiled further, which in a command that lasts for 50 ms
 * costs more than it saves. See docs/decisions/005-start-up.md.
 */
export function compileExecutable(outfile: string, foreign?: Foreign): Source[] {
  return build({
    entrypoints: [entry('kubectl-affinity')],
    ...common,
    target: 'bun',
    bytecode: true,
    compile: {
      outfile,
      jitPolicy: 50,
      // A .env or bunfig.toml in the folder where somebody stands must not change what a command does.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(foreign === undefined ? {} : { target: foreign.target, executablePath: foreign.runtime }),
    },
  })
}

/** The bundle for Node, in parts that are loaded when they are needed, the first by a launcher. */
export function bundleForNode(outdir: string): Source[] {
  const names = ['kubectl-affinity', 'kubectl_complete-affinity']
  const naming = { entry: '[name].main.[ext]' }
  const sources = build({ entrypoints: names.map(entry), ...common, naming, target: 'node', outdir })
  nameChunksByContent(outdir)
  for (const name of names) {
    const file = join(outdir, `${name}.js`)
    writeFileSync(file, launcher(`${name}.main.js`))
    chmodSync(file, 0o755)
  }
  return sources
}

function build(options: object): Source[] {
  const program = join(root, 'scripts', 'bun-build.ts')
  const printed = execFileSync(bun, [program, JSON.stringify(options)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return JSON.parse(printed) as Source[]
}
