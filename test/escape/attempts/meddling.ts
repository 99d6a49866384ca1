/** Code that does to what the thread shares with the host what no worker of ours does. */
export const meddling: readonly (readonly [what: string, code: string])[] = [
  ['fills the latch with ones', 'new Uint8Array(task.latch.buffer ?? task.latch).fill(255)'],
  ['empties the latch', 'new Uint8Array(task.latch.buffer ?? task.latch).fill(0)'],
  [
    'wakes whoever waits for the latch',
    'const words = new Int32Array(task.latch.buffer ?? task.latch); for (let i = 0; i < words.length; i++) Atomics.notify(words, i)',
  ],
  ['closes its port', 'task.port.close()'],
  ['sends its port to the host', 'task.port.postMessage({ port: task.port }, [task.port])'],
  [
    'sends another port',
    'const { port1 } = new MessageChannel(); task.port.postMessage(port1, [port1])',
  ],
  ['sends shared memory', 'task.port.postMessage(new SharedArrayBuffer(1024))'],
  ['sends what cannot be cloned', 'try { task.port.postMessage(() => {}) } catch {}'],
  [
    'sends an object that holds itself',
    'const circle = { kind: "call" }; circle.input = circle; task.port.postMessage(circle)',
  ],
  [
    'sends an error with a cause that holds it',
    'const error = new Error("x"); error.cause = error; task.port.postMessage(error)',
  ],
  [
    'sends a module of WebAssembly',
    'task.port.postMessage(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])))',
  ],
  [
    'changes its task',
    'for (const key of Object.keys(task)) try { task[key] = undefined } catch {}',
  ],
]
