-- Drives the server from Neovim's own client: open, edit a route, see the finding with its other
-- side, edit the migration, see it go; hover, definition, completion, a code action applied.
-- Usage: nvim --headless -u NONE -l is not in old versions, so: nvim --headless -u NONE -S this.
local server = vim.env.TRAVE_BINARY
local root = vim.env.TRAVE_PROJECT
local route = root .. '/src/app/api/notes/route.ts'
local migration = root .. '/supabase/migrations/20240101000000_notes.sql'

local function finish(code, text)
  io.stdout:write(text .. '\n')
  io.stdout:flush()
  vim.cmd('silent! cquit ' .. code)
end

local function check(condition, text)
  if not condition then
    error(text, 2)
  end
end

-- Waits until something holds: what comes over the wire comes when it comes.
local function eventually(text, holds)
  check(vim.wait(60000, holds, 20), 'never happened: ' .. text)
end

local function has(buffer, code)
  for _, it in ipairs(vim.diagnostic.get(buffer)) do
    if it.code == code or (it.user_data and vim.inspect(it.user_data):find(code, 1, true)) then
      return it
    end
  end
end

local function replace(buffer, from, to)
  for at, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local start, stop = line:find(from, 1, true)
    if start then
      local changed = line:sub(1, start - 1) .. to .. line:sub(stop + 1)
      vim.api.nvim_buf_set_lines(buffer, at - 1, at, false, { changed })
      return
    end
  end
  error('no line holds ' .. from, 2)
end

-- The place behind a text.
local function behind(buffer, text)
  for at, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local _, stop = line:find(text, 1, true)
    if stop then
      return { line = at - 1, character = stop }
    end
  end
  error('no line holds ' .. text, 2)
end

local function ask(client, buffer, method, params)
  params.textDocument = { uri = vim.uri_from_bufnr(buffer) }
  local answer = client.request_sync(method, params, 60000, buffer)
  check(answer and not answer.err, method .. ': ' .. vim.inspect(answer))
  return answer.result
end

local function drive()
  local exited
  local id = vim.lsp.start_client({
    name = 'trave',
    cmd = { server, 'lsp' },
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = 'project' } },
    on_exit = function(code)
      exited = code
    end,
  })
  local client = vim.lsp.get_client_by_id(id)
  local function open(path)
    local buffer = vim.fn.bufadd(path)
    vim.fn.bufload(buffer)
    vim.lsp.buf_attach_client(buffer, id)
    return buffer
  end
  local code, sql = open(route), open(migration)
  eventually('the server is ready', function()
    return client.initialized
  end)

  -- A filter that no index serves, in text that nobody saved.
  replace(code, ".eq('owner_id', user.id)", ".eq('folder', request.url)")
  replace(sql, 'alter table public.notes enable', '-- alter table public.notes enable')
  eventually('the finding shows', function()
    return has(code, 'index/unindexed-filter') ~= nil
  end)
  local raw = vim.inspect(has(code, 'index/unindexed-filter'))
  check(raw:find('relatedInformation', 1, true), raw)
  check(raw:find('20240101000000_notes.sql', 1, true), raw)

  -- The other file takes it away.
  vim.api.nvim_buf_set_lines(sql, -1, -1, false, { 'create index on public.notes (folder);' })
  eventually('the finding goes', function()
    return has(code, 'index/unindexed-filter') == nil
  end)

  local hover = ask(client, code, 'textDocument/hover', { position = behind(code, ".from('not") })
  check(hover.contents.value:find('create table public.notes', 1, true), vim.inspect(hover))
  local place =
    ask(client, code, 'textDocument/definition', { position = behind(code, ".eq('fol") })
  check(vim.uri_to_fname(place.uri) == migration, vim.inspect(place))
  replace(code, "'id, folder'", "'id, folder, own'")
  local items =
    ask(client, code, 'textDocument/completion', { position = behind(code, 'folder, own') })
  local offered = vim.tbl_map(function(it)
    return it.label
  end, items.items or items)
  check(vim.tbl_contains(offered, 'owner_id'), vim.inspect(offered))
  replace(code, "'id, folder, own'", "'id, folder'")

  -- A finding silenced with a reason, by the edit that the server offers.
  replace(sql, 'create index on public.notes (folder);', '')
  eventually('the finding is back', function()
    return has(code, 'index/unindexed-filter') ~= nil
  end)
  local all = { start = { line = 0, character = 0 }, ['end'] = { line = 99, character = 0 } }
  local actions = ask(client, code, 'textDocument/codeAction', {
    range = all,
    context = { diagnostics = {} },
  })
  local applied = false
  for _, action in ipairs(actions) do
    if action.title:find('Silence index/unindexed-filter here', 1, true) then
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
      applied = true
    end
  end
  check(applied, vim.inspect(actions))
  eventually('the finding is silenced', function()
    return has(code, 'index/unindexed-filter') == nil
  end)

  vim.lsp.stop_client(id)
  eventually('the server leaves', function()
    return exited ~= nil
  end)
  check(exited == 0, 'the server ended with ' .. tostring(exited))
end

local ok, problem = xpcall(drive, debug.traceback)
if ok then
  finish(0, 'neovim: all is well')
else
  finish(1, 'neovim: ' .. tostring(problem))
end
