#!/usr/bin/env node
import { program } from '../src/program.ts'

/** What kubectl calls for completion, in the npm package; `kubectl affinity completion` prints the other one. */
async function main(): Promise<void> {
  process.exitCode = await program(['__complete', ...process.argv.slice(2)])
}

void main()
