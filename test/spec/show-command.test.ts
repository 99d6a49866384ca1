import t, { type Test } from 'tap'
import { startHere } from '../support/command-here.ts'
import { post, testDaemon } from '../support/daemon.ts'

const shown = async (t: Test, url: string, id: string, env: Record<string, string>) => {
  const command = startHere(t, ['show', id, '--url', url], { isOutputTTY: true, env })
  return (await command.ended).stdout
}

t.test('on a terminal a program is shown in colours, in whichever language', async t => {
  const { url } = await testDaemon(t, {})
  const programs = {
    javascript: [
      "// one\nconst name = 'Ada'\nname.length",
      "  1 | \x1b[90m// one\x1b[39m\n  2 | \x1b[35mconst\x1b[39m name = \x1b[32m'Ada'\x1b[39m\n  3 | name.length\n",
    ],
    python: [
      '# one\ndef f(n):\n    return f"""a\n{n}""" + "b" * 12\nf(None)',
      '  1 | \x1b[90m# one\x1b[39m\n  2 | \x1b[35mdef\x1b[39m f(n):\n  3 |     \x1b[35mreturn\x1b[39m \x1b[32mf"""a\x1b[39m\n',
    ],
  }
  for (const [language, [source, wanted]] of Object.entries(programs)) {
    const { executionId } = (await post(`${url}/v1/execute`, { source, language })).body
    const colours = { TERM: 'xterm', NO_COLOR: '' }
    t.match(await shown(t, url, executionId, colours), `Program (${language}):\n${wanted}`)
    const plain = await shown(t, url, executionId, { NO_COLOR: '1' })
    t.notOk(plain.includes('\x1b'))
    t.match(plain, source?.split('\n').at(-1) as string)
  }
})

t.test('what a program wrote cannot steer the terminal', async t => {
  const { url } = await testDaemon(t, {})
  const source = 'console.log("\x1b[2J a \\x1b[2J b"); throw new Error("\\x1b[2J")'
  const { executionId } = (await post(`${url}/v1/execute`, { source })).body
  const stdout = await shown(t, url, executionId, { TERM: 'xterm', NO_COLOR: '' })
  t.notOk(stdout.includes('\x1b[2J'), JSON.stringify(stdout))
})
