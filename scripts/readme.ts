/** Writes what the commands of README.md print into it, from the executable in dist: `npm run build` first. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examplesIn, runExamples, withOutputs } from './readme/examples.ts'

const root = join(import.meta.dirname, '..')
const path = join(root, 'README.md')
const page = readFileSync(path, 'utf8')
const outputs = await runExamples(
  examplesIn(page).map(({ command }) => command),
  join(root, 'dist'),
)
writeFileSync(path, withOutputs(page, outputs))
