-- Cookies, with the interface of lua-resty-cookie.
local Cookie = {}
Cookie.__index = Cookie

function Cookie.new()
  return setmetatable({}, Cookie)
end

function Cookie.get(_, key)
  local value = ngx.var["cookie_" .. key]
  if value == nil then
    return nil, "no such cookie"
  end
  return value
end

local attributes = {
  { "expires", "Expires" },
  { "max_age", "Max-Age" },
  { "domain", "Domain" },
  { "path", "Path" },
  { "secure", "Secure" },
  { "httponly", "HttpOnly" },
  { "samesite", "SameSite" },
}

function Cookie.set(_, cookie)
  if not cookie.key or not cookie.value then
    return nil, "a cookie needs a key and a value"
  end
  local parts = { cookie.key .. "=" .. cookie.value }
  for _, attribute in ipairs(attributes) do
    local value = cookie[attribute[1]]
    if value == true then
      parts[#parts + 1] = attribute[2]
    elseif value then
      parts[#parts + 1] = attribute[2] .. "=" .. value
    end
  end
  local all = ngx.header["Set-Cookie"] or {}
  if type(all) ~= "table" then
    all = { all }
  end
  all[#all + 1] = table.concat(parts, "; ")
  ngx.header["Set-Cookie"] = all
  return true
end

return Cookie
