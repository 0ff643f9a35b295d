/** What IngressClassParams of AWS say for all Ingresses of a class. On nodes the Service proxy decides. */
import { expect, it } from 'vitest'
import { explainedText } from '../explained.ts'

const ingress = (targetType: string, ofClass: string): string => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: outer}
spec: {controller: ingress.k8s.aws/alb, parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: outer}}
---
apiVersion: elbv2.k8s.aws/v1beta1
kind: IngressClassParams
metadata: {name: outer}
spec: {scheme: internal, ${ofClass}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: {alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=true, ${targetType}}
spec:
  ingressClassName: outer
  rules:
  - host: shop.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const key = 'alb.ingress.kubernetes.io/target-type'

it.each([
  ['the class alone', '', 'targetType: ip', 'cookie AWSALB', false],
  ['the class alone, for nodes', '', 'targetType: instance', 'none', true],
  ['the annotation alone', `${key}: ip`, '', 'cookie AWSALB', false],
  ['nobody', '', '', 'none', true],
  ['both', `${key}: ip`, 'targetType: ip', 'cookie AWSALB', false],
  ['both, otherwise', `${key}: instance`, 'targetType: ip', 'unknown', false],
])('the target type of %s', async (_name, annotation, ofClass, way, isOnNodes) => {
  const { ways, all } = await explainedText(ingress(annotation, ofClass))
  expect(ways).toStrictEqual([`shop.example/ ${way}`])
  expect(all.join(' ').includes('AFF-AWS-NODES')).toBe(isOnNodes)
})
