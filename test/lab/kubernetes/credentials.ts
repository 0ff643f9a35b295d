import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { allNodes, apiServerUrl } from '../nodes/addresses.ts'
import { kubeconfigPath } from '../paths.ts'
import { pkiPath } from './pki.ts'

/** Users that may do nothing until a test binds a role to them; each is a context of the kubeconfig. */
export const restrictedUsers = ['restricted-1', 'restricted-2', 'restricted-3'] as const

interface User {
  name: string
  groups?: string
}

const users = (nodes: number): User[] => [
  { name: 'lab-admin', groups: 'system:masters' },
  { name: 'system:kube-controller-manager' },
  { name: 'system:kube-scheduler' },
  ...allNodes(nodes).map(({ name }) => ({ name: `system:node:${name}`, groups: 'system:nodes' })),
  ...restrictedUsers.map((name) => ({ name })),
]

/** The API server's --token-auth-file. */
export const tokenFile = (): string => pkiPath('tokens.csv')

const base64 = (file: string): string => readFileSync(pkiPath(file)).toString('base64')

const kubeconfig = (accounts: readonly { context: string; user: string; credentials: object }[]): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'lab', cluster: { server: apiServerUrl, 'certificate-authority-data': base64('ca.crt') } },
    ],
    users: accounts.map(({ user, credentials }) => ({ name: user, user: credentials })),
    contexts: accounts.map(({ context, user }) => ({ name: context, context: { cluster: 'lab', user } })),
    'current-context': accounts[0]?.context,
  })

/** A kubeconfig for a component or a node. */
export const componentKubeconfigPath = (user: string): string =>
  pkiPath(`${user.replaceAll(':', '-')}.kubeconfig`)

const write = (path: string, content: string): void => writeFileSync(path, content, { mode: 0o600 })

/** Gives every user a token of its own and writes the kubeconfigs; the keys must be there. */
export function writeCredentials(nodes: number): void {
  const accounts = users(nodes).map((user) => ({ ...user, token: randomBytes(16).toString('hex') }))
  write(
    tokenFile(),
    accounts
      .map(({ name, groups, token }) => `${token},${name},${name}${groups ? `,"${groups}"` : ''}\n`)
      .join(''),
  )
  for (const { name, token } of accounts)
    write(componentKubeconfigPath(name), kubeconfig([{ context: 'lab', user: name, credentials: { token } }]))
  const people = accounts
    .filter(({ name }) => !name.startsWith('system:'))
    .map(({ name, token }) => ({
      context: name === 'lab-admin' ? 'lab' : name,
      user: name,
      credentials: { token },
    }))
  const certificate = {
    'client-certificate-data': base64('admin.crt'),
    'client-key-data': base64('admin.key'),
  }
  write(
    kubeconfigPath(),
    kubeconfig([
      ...people,
      { context: 'lab-certificate', user: 'lab-certificate', credentials: certificate },
    ]),
  )
}
