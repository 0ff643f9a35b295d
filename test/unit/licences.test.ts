import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { root } from '../../scripts/bundle.ts'
import { noticesOf } from '../../scripts/package/packages.ts'

// A release would fail for those that they depend on, too; here is told early what somebody adds.
it.each(Object.keys(packageJson.dependencies))(
  '%s comes with the text of its licence, or we have it',
  (name) => {
    const path = join(root, 'node_modules', name)
    const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { version: string }
    expect(noticesOf(path, `${name.replace('/', '+')}-${version}`).join('\n')).toMatch(
      /permission|licen[cs]e|redistribution/i,
    )
  },
)
