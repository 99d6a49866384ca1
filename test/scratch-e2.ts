import { scriptedServer } from '../sdk/examples/agents/example-model.ts'
import { spawn } from 'node:child_process'
const s = await scriptedServer(["```js\nfinal_answer('\x1b]0;title\x07')\n```", '\x1b[2J'])
const c = spawn('node', ['bin/latchd.mjs','agent','How old is Ada?','--model','m','--model-base-url',s.url+'/v1', ...process.argv.slice(2)], {stdio:'inherit'})
c.on('exit', code => { console.log('exit', code); s.stop() })
