-- Wireshark dissector of CTAPHID (CTAP 2.1 section 11.2): reassembles the messages of FIDO security keys and decodes their CBOR.
-- Use: wireshark -X lua_script:ctaphid.lua ctap.pcapng

local ctaphid = Proto("ctaphid", "CTAPHID (FIDO)")

local commands = {
  [0x01] = "PING", [0x03] = "MSG", [0x04] = "LOCK", [0x06] = "INIT", [0x08] = "WINK",
  [0x10] = "CBOR", [0x11] = "CANCEL", [0x3b] = "KEEPALIVE", [0x3f] = "ERROR",
}
local ctap_commands = {
  [0x01] = "authenticatorMakeCredential", [0x02] = "authenticatorGetAssertion", [0x04] = "authenticatorGetInfo",
  [0x06] = "authenticatorClientPIN", [0x07] = "authenticatorReset", [0x08] = "authenticatorGetNextAssertion",
  [0x09] = "authenticatorBioEnrollment", [0x0a] = "authenticatorCredentialManagement",
  [0x0b] = "authenticatorSelection", [0x0c] = "authenticatorLargeBlobs", [0x0d] = "authenticatorConfig",
}
local keepalive_states = { [1] = "processing", [2] = "user presence needed" }

local fields = {
  channel = ProtoField.uint32("ctaphid.channel", "Channel", base.HEX),
  command = ProtoField.uint8("ctaphid.command", "Command", base.HEX, commands, 0x7f),
  length = ProtoField.uint16("ctaphid.length", "Length of the message"),
  sequence = ProtoField.uint8("ctaphid.sequence", "Sequence number"),
  ctap_command = ProtoField.uint8("ctaphid.ctap.command", "CTAP command", base.HEX, ctap_commands),
  status = ProtoField.uint8("ctaphid.ctap.status", "CTAP status", base.HEX),
  keepalive = ProtoField.uint8("ctaphid.keepalive", "State", base.DEC, keepalive_states),
}
for _, field in pairs(fields) do table.insert(ctaphid.fields, field) end

local cbor = Dissector.get("cbor")
local report_length = 64
local pending = {}  -- by direction and channel: the message that is not complete
local complete = {} -- by the number of the frame that ends a message; Wireshark may dissect a frame again, in any order

function ctaphid.init()
  pending = {}
  complete = {}
end

local function collect(key, frame, buffer)
  local kind = buffer(4, 1):uint()
  if kind >= 0x80 then
    pending[key] = { command = kind - 0x80, length = buffer(5, 2):uint(), bytes = buffer(7):bytes() }
  elseif pending[key] then
    pending[key].bytes:append(buffer(5):bytes())
  end
  local message = pending[key]
  if message and message.bytes:len() >= message.length then
    message.bytes = message.bytes:subset(0, message.length)
    complete[frame] = message
    pending[key] = nil
  end
end

local function show_cbor_message(message, to_key, pinfo, tree)
  local tvb = message.bytes:tvb("CTAP message")
  local first = tvb(0, 1)
  local name
  if to_key then
    name = ctap_commands[first:uint()] or string.format("command 0x%02x", first:uint())
    tree:add(fields.ctap_command, first)
  else
    name = string.format("status 0x%02x", first:uint())
    tree:add(fields.status, first)
  end
  if cbor and tvb:len() > 1 then cbor:call(tvb(1):tvb(), pinfo, tree) end
  return name
end

local function show_message(message, to_key, pinfo, tree)
  local info = commands[message.command] or string.format("0x%02x", message.command)
  if message.length == 0 then return info end
  if message.command == 0x10 then return info .. " " .. show_cbor_message(message, to_key, pinfo, tree) end
  local tvb = message.bytes:tvb("CTAPHID message")
  if message.command == 0x3b then
    tree:add(fields.keepalive, tvb(0, 1))
    return info .. " " .. (keepalive_states[tvb(0, 1):uint()] or "?")
  end
  return info
end

function ctaphid.dissector(buffer, pinfo, tree)
  if buffer:len() ~= report_length then return 0 end
  local source, target = tostring(pinfo.src), tostring(pinfo.dst)
  local key = source .. ">" .. target .. "/" .. tostring(buffer(0, 4):uint())
  if not pinfo.visited then collect(key, pinfo.number, buffer) end
  local subtree = tree:add(ctaphid, buffer())
  subtree:add(fields.channel, buffer(0, 4))
  local info = "continuation"
  if buffer(4, 1):uint() >= 0x80 then
    subtree:add(fields.command, buffer(4, 1))
    subtree:add(fields.length, buffer(5, 2))
    info = commands[buffer(4, 1):uint() - 0x80] or "command"
  else
    subtree:add(fields.sequence, buffer(4, 1))
  end
  local message = complete[pinfo.number]
  if message then info = show_message(message, source == "host", pinfo, subtree) end
  pinfo.cols.protocol = "CTAPHID"
  pinfo.cols.info = info
  return buffer:len()
end

-- HID interfaces have class 0x03; 0xffff is an interface whose descriptors are not in the capture.
local interrupt = DissectorTable.get("usb.interrupt")
interrupt:add(0x03, ctaphid)
interrupt:add(0xffff, ctaphid)
