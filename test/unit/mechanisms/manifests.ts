/** Manifests as people write them, for `explainedText`; joined by `---`. All are in the namespace shop. */

type Annotations = Readonly<Record<string, string>>

export function serviceText(name: string, annotations: Annotations = {}): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop, annotations: ${JSON.stringify(annotations)}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
`
}

/** Of the class `it`, from `shop.example/` to service/web. */
export function ingressText(annotations: Annotations, port = '{number: 80}'): string {
  return `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop, annotations: ${JSON.stringify(annotations)}}
spec:
  ingressClassName: it
  rules:
    - host: shop.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: ${port}}}}]}
`
}

export function ingressClassText(controller: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: it}
spec: {controller: ${controller}}
`
}
