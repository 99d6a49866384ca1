/** Secrets in values that are no texts. */

import t from 'tap'
import { REDACTED, Secrets } from '../../daemon/redaction/secrets.ts'

const TEXT = 'sk-sup3r/"s\\ecr3t x'
const NUMBER = '1234567890123'
const secrets = new Secrets([TEXT, NUMBER])

t.test('a secret is taken out of whatever holds it as one text', async t => {
  const literally = TEXT.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const holders = [
    new String(TEXT),
    new RegExp(TEXT),
    new RegExp(`^key=${literally}$`),
    new URLSearchParams({ k: TEXT }),
    Number(NUMBER),
    BigInt(NUMBER),
  ]
  for (const holder of holders) t.match(secrets.value(holder), REDACTED)
  const url = new URL('http://host/path')
  url.search = `?k=${TEXT}`
  url.hash = TEXT
  t.notMatch(String(secrets.value(url)), 'sup3r')
  t.equal(secrets.value(/harmless/) instanceof RegExp, true)
  t.equal(secrets.value(42), 42)
})

t.test('a text that has it escaped, in JSON or in JSON within JSON, has it', async t => {
  const url = new URL('http://host/?k=')
  url.search = `?k=${TEXT}`
  const forms = [TEXT, url.href, new RegExp(TEXT).source, encodeURIComponent(TEXT)]
  for (const form of forms) {
    for (const text of [form, JSON.stringify(form), JSON.stringify(JSON.stringify({ form }))]) {
      t.equal(secrets.isIn(text), true, text)
      t.notMatch(secrets.text(text), 'sup3r', text)
    }
  }
})
