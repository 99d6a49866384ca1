import t from 'tap'
import { readChildMessage } from '../../executor/pool/process/child-message.ts'
import { newKey, OF_PROCESS, Proofs } from '../../executor/pool/process/proofs.ts'

const key = newKey()
const proofs = new Proofs(key)
/** The other side. */
const child = new Proofs(key)

t.test('a line proves the run that it is about, and no other', async t => {
  const line = { kind: 'message', run: 7, message: {}, proof: child.of(7) }
  t.strictSame(readChildMessage(line, proofs), { kind: 'message', run: 7, message: {} })
  for (const proof of [child.of(8), child.of(OF_PROCESS), new Proofs(newKey()).of(7), '']) {
    t.throws(() => readChildMessage({ ...line, proof }, proofs), /without its proof/)
  }
  const { proof: _, ...unproved } = line
  t.throws(() => readChildMessage(unproved, proofs), /unknown shape/)
})

t.test('a line about the process proves the process', async t => {
  const pulse = { kind: 'heartbeat', guests: [] }
  const { proof } = { proof: child.of(OF_PROCESS) }
  t.strictSame(readChildMessage({ ...pulse, proof }, proofs), pulse)
  t.throws(() => readChildMessage({ ...pulse, proof: child.of(1) }, proofs), /without its proof/)
})

t.test('a proof has 128 bits and is the same each time', async t => {
  t.match(proofs.of(3), /^[0-9a-f]{32}$/)
  const before = proofs.of(3)
  proofs.forget(3)
  t.equal(proofs.of(3), before)
})
