-- Locks that are always free: what they guard is not used in the lab.
local Lock = {}
Lock.__index = Lock

function Lock.new()
  return setmetatable({}, Lock)
end

function Lock.lock()
  return 0
end

function Lock.unlock()
  return 1
end

return Lock
