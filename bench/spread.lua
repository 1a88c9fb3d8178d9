-- Asks for many devices' files in turn, so that no server lives on one hot entry. SPREAD_CLOSE=1 closes each connection.
-- SPREAD_DEVICES of them, scattered over a catalogue of SPREAD_OF.
local devices = tonumber(os.getenv("SPREAD_DEVICES") or "10000")
local catalogue = tonumber(os.getenv("SPREAD_OF") or devices)
local close = os.getenv("SPREAD_CLOSE") == "1" and "Connection: close\r\n" or ""
local agent = "FileTransport PolycomSoundPointIP-SPIP_650-UA/4.0.1.13681"
local requests, at = {}, 0

function init(args)
  for i = 0, devices - 1 do
    local number = i * 611953 % catalogue   -- a prime: all are different
    local path = string.format(os.getenv("SPREAD_PATH") or "/0004f2%06x-settings.cfg", number)
    requests[i] = "GET " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: " .. agent .. "\r\nAccept: */*\r\n" .. close .. "\r\n"
  end
  math.randomseed(os.time())
  at = math.random(0, devices - 1)
end

function request()
  at = (at + 7919) % devices   -- a prime: neighbours in the file system are not neighbours in time
  return requests[at]
end
