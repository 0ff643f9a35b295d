-- No resolver: the lab's Ingresses have no ExternalName backends.
local Resolver = { TYPE_A = 1, TYPE_AAAA = 28 }

function Resolver.new()
  return nil, "the lab has no resolver for nginx"
end

return Resolver
