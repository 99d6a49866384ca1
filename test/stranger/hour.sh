#!/bin/sh
# A stranger's first hour with latchd, from the clone to the upgrade:
#
#   hour.sh REPOSITORY FOLDER
#
# works in FOLDER, which has to be empty, and prints a line for each step that went well. HOUR_MODULES
# names a node_modules folder to use instead of `npm ci`, which then is not run, nor is the demo.
set -eu

repository=$1
mkdir -p "$2"
cd "$2"
hour=$PWD
export HOME="$hour/home" XDG_CONFIG_HOME="$hour/home/.config"
mkdir -p "$HOME"

step() { echo "ok $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
# Waits for a line of a log and prints what follows it.
line_of() {
  for _ in $(seq 1 1200); do
    found=$(sed -n "s#^$2##p" "$1" | head -1)
    if [ -n "$found" ]; then echo "$found"; return; fi
    sleep 0.05
  done
  fail "no '$2' in $1: $(tail -5 "$1")"
}
daemon=
stop() { if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; wait "$daemon" || true; daemon=; fi; }
trap stop EXIT

# --- clone
git clone --quiet "$repository" latchd
cd latchd
if [ -n "${HOUR_MODULES:-}" ]; then
  ln -s "$HOUR_MODULES" node_modules
  # In the place of a build: the client as it is in the checkout, outside of any node_modules.
  mkdir "$hour/client"
  echo '{ "name": "latchd", "type": "module", "exports": "./index.ts" }' > "$hour/client/package.json"
  echo 'export * from "../latchd/sdk/index.ts"' > "$hour/client/index.ts"
  installed="$hour/client"
else
  npm ci
  npm run demo
  npm run build
  installed="$hour/latchd"
fi
export PATH="$PWD/node_modules/.bin:$PATH"
latchd() { node "$hour/latchd/bin/latchd.mjs" "$@"; }
step clone

# --- a tool of one's own, and a daemon that has it
mkdir -p "$hour/app"
cd "$hour/app"
cat > stock.ts <<'TS'
export default {
  name: 'stock',
  description: 'How many of an article are there',
  inputSchema: { type: 'object', properties: { article: { type: 'string' } }, required: ['article'] },
  annotations: { readOnly: true },
  execute: ({ article }: { article: string }) => article.length,
}
TS
node "$hour/latchd/bin/latchd.mjs" serve --port 0 --state-dir "$hour/state" --tools ./stock.ts > ready 2> log &
daemon=$!
LATCHD_URL=$(line_of ready 'latchd listening on ')
export LATCHD_URL
[ "$(echo 'stock("chair") + stock({ article: "desk" })' | latchd run -)" = 9 ] || fail 'the own tool'
step 'start, own tool'

# --- an app in strict TypeScript, whose program asks a person
mkdir -p node_modules
ln -s "$installed" node_modules/latchd
cat > app.ts <<'TS'
import { Latchd, tool, type Outcome } from 'latchd'
import { z } from 'zod'

const order = tool({
  name: 'order',
  description: 'Orders an article',
  inputSchema: z.object({ article: z.string(), count: z.number() }),
  needsApproval: ({ count }) => count > 1,
  execute: async ({ article, count }) => `${count} ${article}`,
})
const latchd = new Latchd()
const asked: string[] = []
const outcome: Outcome<string> = await latchd.execute<string>({
  source: 'stock("lamp") < 9 ? order({ article: "lamp", count: 3 }) : "enough"',
  tools: ['stock', order],
  onApproval: async ({ tool, input }) => {
    asked.push(`${tool} ${JSON.stringify(input)}`)
    return { decision: 'approve' }
  },
})
console.log(outcome.status === 'completed' ? outcome.output : outcome.status, asked.join())
await latchd.close()
TS
ln -s "$hour/latchd/node_modules/zod" node_modules/zod
cat > package.json <<'JSON'
{ "type": "module", "private": true }
JSON
cat > tsconfig.json <<'JSON'
{ "compilerOptions": { "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
  "module": "nodenext", "target": "esnext", "noEmit": true, "allowImportingTsExtensions": true,
  "erasableSyntaxOnly": true, "skipLibCheck": true, "types": ["node"],
  "typeRoots": ["../latchd/node_modules/@types"] }, "include": ["app.ts", "stock.ts"] }
JSON
tsc -p . || fail 'the types of the app'
answer=$(node app.ts)
[ "$answer" = '3 lamp order {"article":"lamp","count":3}' ] || fail "the app: $answer"
step 'app in strict TypeScript, with an approval'

# --- a program that waits for a person
cat > ask.mjs <<'JS'
const source = 'human_approval("Paint it?").approved ? stock("paint") : 0'
const answer = await fetch(`${process.env.LATCHD_URL}/v1/execute`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ source }),
})
const { executionId, waitingFor } = await answer.json()
console.log(executionId, waitingFor[0].approvalId)
JS
set -- $(node ask.mjs)
execution=$1
approval=$2
latchd approvals | grep -q "$approval" || fail 'the list of approvals'
latchd show "$execution" | grep -q 'Paint it?' || fail 'how it is shown'
step 'a question is listed and shown'

# --- a backup of the daemon at work
latchd store backup "$hour/backup.db" --state-dir "$hour/state" > /dev/null
latchd store verify "$hour/backup.db" > /dev/null || fail 'the backup'
[ "$(stat -c %a "$hour/backup.db")" = 600 ] || fail 'who may read the backup'
stop
step backup

# --- a token, a name behind a proxy, and the next release on the copied state
secret=$(latchd token new app 2> /dev/null)
mkdir -p "$hour/next"
chmod 700 "$hour/next"
cp "$hour/backup.db" "$hour/next/latchd.db"
node "$hour/latchd/bin/latchd.mjs" serve --port 0 --state-dir "$hour/next" --tools ./stock.ts \
  --hosts latchd.example.com --trusted-proxies 127.0.0.1 > ready-next 2>> log &
daemon=$!
LATCHD_URL=$(line_of ready-next 'latchd listening on ')
cat > through-proxy.mjs <<'JS'
import { request } from 'node:http'
const [url, secret] = process.argv.slice(2)
const ask = headers =>
  new Promise((resolve, reject) => {
    const all = { 'x-forwarded-for': '192.0.2.7', ...headers }
    request(`${url}/v1/info`, { headers: all }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject).end()
  })
const authorization = `Bearer ${secret}`
console.log(
  await ask({ host: 'latchd.example.com' }),
  await ask({ host: 'latchd.example.com', authorization }),
  await ask({ host: 'evil.example.org', authorization }),
)
JS
[ "$(node through-proxy.mjs "$LATCHD_URL" "$secret")" = '401 200 403' ] || fail 'token and proxy'
step 'token, proxy'
export LATCHD_TOKEN="$secret"
latchd approve "$approval" > /dev/null || fail 'an approval after the upgrade'
latchd logs "$execution" --follow > /dev/null || fail 'what waited did not go on'
latchd show "$execution" | grep -q completed || fail "what waited: $(latchd show "$execution")"
step 'upgrade: what waited goes on'
stop

# --- a service of one's own, dry
latchd install --user --dry-run > plan
grep -q 'latchd.service' plan || fail "the plan of the install: $(cat plan)"
step 'install as a service, dry'
