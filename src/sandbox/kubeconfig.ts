/** A kubeconfig with a context per user; the first one is current. YAML is JSON. */
export function kubeconfig(
  server: string,
  cert: string,
  users: readonly { name: string; token: string }[],
): string {
  const cluster = 'sandbox'
  const contextOf = (user: string): string => (user === users[0]?.name ? 'sandbox' : user)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: cluster,
        cluster: { server, 'certificate-authority-data': Buffer.from(cert).toString('base64') },
      },
    ],
    users: users.map(({ name, token }) => ({ name, user: { token } })),
    contexts: users.map(({ name }) => ({
      name: contextOf(name),
      context: { cluster, user: name, namespace: 'default' },
    })),
    'current-context': 'sandbox',
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
