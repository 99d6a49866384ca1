/** Secrets in values that are no texts. */

import t from 'tap'
import { REDACTED, Secrets } from '../../daemon/redaction/secrets.ts'

const TEXT = 'sk-sup3r/"s\\ecr3t x'
const NUMBER = '1234567890123'
const secrets = new Secrets([TEXT, NUMBER])

t.test('a secret is taken out of whatever holds it as one text', async t => {
  const expression = new RegExp(TEXT.replaceAll('\\', '\\\\'))
  const holders = [
    new String(TEXT),
    new URLSearchParams({ k: TEXT }),
    Number(NUMBER),
    BigInt(NUMBER),
  ]
  for (const holder of holders) t.match(secrets.value(holder), REDACTED)
  const url = new URL('http://host/path')
  url.search = `?k=${TEXT}`
  url.hash = TEXT
  t.notMatch(String(secrets.value(url)), 'sup3r')
  t.notOk(secrets.isIn(String(secrets.value(expression))))
  t.equal(secrets.value(/harmless/) instanceof RegExp, true)
  t.equal(secrets.value(42), 42)
})
