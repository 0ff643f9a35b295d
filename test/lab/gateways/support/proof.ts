import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inPlace } from '../../nodes/network.ts'
import { ProgramError, run, waitFor } from '../../machine/process.ts'

/** Where requests of a proof go, and what they carry. */
export interface Target {
  address: string
  /** The Host header. */
  host: string
  headers?: readonly string[]
}

/** Something that is shown on the running gateway, in a namespace of its own. */
export interface Proof {
  name: string
  /** Objects of the namespace, beside Deployments `echo` (five pods) and `other` (two). */
  objects: () => object[]
  show: (namespace: string) => Promise<void>
}

const requests = 24

/** Sends requests on connections of their own, from outside the cluster; with a cookie jar the cookies stay. */
async function ask(target: Target, jar: boolean, count = requests): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-proof-'))
  try {
    const cookies = join(folder, 'jar')
    const answers = []
    for (let index = 0; index < count; index++) {
      const [program, ...args] = inPlace(
        'outside',
        'curl',
        '--silent',
        '--show-error',
        '--fail',
        '--max-time',
        '5',
        ...(jar ? ['--cookie', cookies, '--cookie-jar', cookies] : []),
        ...['Connection: close', `Host: ${target.host}`, ...(target.headers ?? [])].flatMap((header) => [
          '--header',
          header,
        ]),
        `http://${target.address}/hostname`,
      )
      answers.push(await run(program, args))
    }
    return answers
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const pods = (answers: readonly string[]): number => new Set(answers).size

/** Waits until requests are answered and what they show holds: a gateway learns of routes and pods in its own time. */
async function comesTrue(what: string, holds: () => Promise<boolean>): Promise<void> {
  await waitFor(what, 60, async () => {
    try {
      return await holds()
    } catch (error) {
      // curl's own exit code: no answer, or none that is good.
      if (error instanceof ProgramError) return false
      throw error
    }
  })
}

async function holdsOnePod(target: Target, jar: boolean): Promise<void> {
  const count = pods(await ask(target, jar))
  if (count !== 1)
    throw new Error(`${target.host} does not stick: ${requests} answers came from ${count} pods`)
}

/** Requests without a jar reach several pods. */
export const spreads = (target: Target): Promise<void> =>
  comesTrue(`${target.host} to spread`, async () => pods(await ask(target, false)) > 1)

/** Requests with a jar reach one pod, and without it several, before and after. */
export async function sticksByCookie(target: Target): Promise<void> {
  await spreads(target)
  await holdsOnePod(target, true)
  await spreads(target)
}

/** Requests with one value of a header reach one pod, and those with different values several. */
export async function sticksByHeader(target: Target, header: string): Promise<void> {
  const withValue = (value: string): Target => ({ ...target, headers: [`${header}: ${value}`] })
  const values = Array.from({ length: requests }, (_, index) => `user-${index}`)
  await comesTrue(`${target.host} to spread`, async () => {
    const answers = []
    for (const value of values) answers.push(...(await ask(withValue(value), false, 1)))
    return pods(answers) > 1
  })
  await holdsOnePod(withValue('anna'), false)
}

/** Requests of one client reach one pod, whatever they carry. */
export async function sticksByAddress(target: Target): Promise<void> {
  await comesTrue(`${target.host} to answer`, async () => (await ask(target, false, 1)).length === 1)
  await holdsOnePod(target, false)
}
