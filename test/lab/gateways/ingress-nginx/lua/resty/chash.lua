-- A consistent hash ring, with the interface of lua-resty-chash. The places on the ring are not the same as there.
local Ring = {}
Ring.__index = Ring

local points_per_weight = 160

local function by_place(a, b)
  return a.place < b.place or (a.place == b.place and a.id < b.id)
end

function Ring.reinit(self, nodes)
  local points = {}
  for id, weight in pairs(nodes) do
    for number = 1, points_per_weight * math.max(1, weight) do
      points[#points + 1] = { place = ngx.crc32_long(id .. "|" .. number), id = id }
    end
  end
  table.sort(points, by_place)
  self.nodes = nodes
  self.points = points
end

function Ring.new(_, nodes)
  local ring = setmetatable({}, Ring)
  ring:reinit(nodes)
  return ring
end

-- The first point at or after the key's place; after the last one comes the first.
function Ring.find(self, key)
  local points = self.points
  if #points == 0 then
    return nil
  end
  local place = ngx.crc32_long(tostring(key))
  local low, high = 1, #points + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if points[middle].place < place then
      low = middle + 1
    else
      high = middle
    end
  end
  local index = low > #points and 1 or low
  return points[index].id, index
end

return Ring
