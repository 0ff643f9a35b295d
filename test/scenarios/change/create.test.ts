import { expect, test } from 'vitest'
import { usePlayground } from '../support/namespace.ts'
import { describeOnce } from '../support/scenario.ts'

// What kubectl makes itself it sends in protobuf, and not as JSON as it does manifests.
describeOnce('objects that kubectl makes', () => {
  const place = usePlayground()

  test.each([
    'create quota few --hard=pods=5,requests.cpu=2 --scopes=NotTerminating',
    'create secret generic words --from-literal=a=b --from-literal=empty=',
    'create ingress shop --class=nginx --rule=a.example/app*=web:80 --rule=b.example/=web:http,tls=cert --default-backend=web:80',
    'create configmap words --from-literal=a=b',
    'create deployment web --image=nginx --replicas=0 --port=80',
    'create service loadbalancer web --tcp=80:http --tcp=81:8081',
    'create role reader --verb=get,list --resource=pods',
    'create rolebinding reader --role=reader --user=somebody',
    'create job once --image=busybox',
    'autoscale deployment web --min=1 --max=4',
  ])('%s', async (line) => {
    const words = [...line.split(' '), '-n', place.name, '-o', 'json']
    const meant = JSON.parse(await place.kubectl(...words, '--dry-run=client')) as object
    const made = JSON.parse(await place.kubectl(...words)) as object
    expect(made).toMatchObject(filled({ ...meant, status: undefined }) as object)
  })
})

/** Without what holds nothing. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value ?? undefined
  const entries = Object.entries(value)
    .map(([name, child]) => [name, filled(child)] as const)
    .filter(([, child]) => child !== undefined && JSON.stringify(child) !== '{}' && child !== '')
  return Object.fromEntries(entries)
}
