-- Round robin by weight, with the interface of lua-resty-roundrobin. Each worker starts somewhere else.
local Turns = {}
Turns.__index = Turns

function Turns.reinit(self, nodes)
  local turns = {}
  for id, weight in pairs(nodes) do
    for _ = 1, math.max(1, weight) do
      turns[#turns + 1] = id
    end
  end
  table.sort(turns)
  self.nodes = nodes
  self.turns = turns
  self.last = math.random(math.max(1, #turns))
end

function Turns.new(_, nodes)
  local turns = setmetatable({}, Turns)
  turns:reinit(nodes)
  return turns
end

function Turns.find(self)
  if #self.turns == 0 then
    return nil
  end
  self.last = self.last % #self.turns + 1
  return self.turns[self.last]
end

Turns.next = Turns.find

return Turns
