import packageJson from '../package.json' with { type: 'json' }

/**
 * What npm links to: it looks at the version of Node, and loads the program then. An older Node would stumble over the
 * program itself, in thousands of columns of minified source. Node 12 can read it, which is the first to know modules.
 * Bun says which Node it is like.
 */
export function launcher(program: string): string {
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(packageJson.engines.node) ?? []
  if (major === undefined || minor === undefined)
    throw new Error(
      `engines.node of package.json is not of the form >=MAJOR.MINOR: ${packageJson.engines.node}`,
    )
  return `#!/usr/bin/env node
const node = process.versions.node.split('.').map(Number)
if (node[0] > ${major} || (node[0] === ${major} && node[1] >= ${minor})) {
  import('./${program}')
} else {
  const own = process.versions.bun ? 'Bun ' + process.versions.bun : 'Node ' + process.versions.node
  console.error(
    'error: kubectl-affinity needs Node ${major}.${minor} or newer, or a Bun like it, and this is ' + own +
      ': update it, or take an executable that needs neither: ${packageJson.repository.url.replace(/^git\+|\.git$/g, '')}/releases'
  )
  process.exitCode = 1
}
`
}
