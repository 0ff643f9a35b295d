import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folders: string[] = []

// Scripts beside the tests use some of their helpers; of them it goes with the process.
if (process.env['VITEST'] === undefined) process.once('exit', removeAll)
// Of the file of tests that imported this, and so after all of its own.
else afterAll(removeAll)

/** An empty folder that nobody else has, which is removed after the last test of the file, with all that is in it. */
export function temporaryFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'affinity-test-'))
  folders.push(folder)
  return folder
}

function removeAll(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}
