import { MessageChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

const words = new Int32Array(workerData as SharedArrayBuffer)
const { port1, port2 } = new MessageChannel()

parentPort?.on('message', (count: number) => {
  const samples: number[] = []
  for (let n = 0; n < count; n++) {
    const from = performance.now()
    const turn = Atomics.load(words, 0)
    port1.postMessage('[1]')
    // Awaits the bump that follows the posted answer.
    Atomics.wait(words, 0, turn)
    if (receiveMessageOnPort(port1) === undefined) throw new Error('woken without an answer')
    samples.push(performance.now() - from)
  }
  parentPort?.postMessage(samples)
})
parentPort?.postMessage({ port: port2 }, [port2])
