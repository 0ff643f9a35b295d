import { ingressAnalyzer } from '../../ingress/analyzer.ts'
import { controllerOf } from '../../ingress/controllers.ts'
import { ingresses } from '../../ingress/objects.ts'
import { controller } from '../controller.ts'

/** About the controller, so that one of its Ingresses stands for all of them. */
export const retired = ingressAnalyzer({
  codes: ['AFF-NGX-RETIRED'],
  analyse: ({ ingress }, view, report) => {
    const first = view.objects(ingresses).find((one) => controllerOf(one, view.store) === controller)
    if (ingress !== first) return
    report('AFF-NGX-RETIRED', {
      message: 'ingress-nginx is retired: no releases and no security fixes since March 2026',
      why: "Traefik's ingress-nginx provider reads most of the same annotations; Gateway API, Istio and Envoy Gateway have affinity of their own.",
      mend: [],
    })
  },
})
